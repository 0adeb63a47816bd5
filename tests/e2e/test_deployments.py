"""A change is deployed while calls flow: all of them ring, once, and what runs afterwards is what was deployed."""

import shutil
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from apns_simulator import SimulatorClient
from local.phones import phone
from local.phones.phone import Phone
from ops.calls import webhooks
from ops.doctor.functions import ALIAS, live_variables, variables
from ops.stack.deployed import DeployedStack
from ops.stack.description import StackDescription
from ops.stack.directory import StackDirectory
from tests.support.stack.calls import a_user
from tests.support.stack.redeployment import redeploy

FUNCTIONS = ("webhook", "push", "tokens", "authorizer")
USERS = 10
CALLS_PER_S = 4.0
# Before and after the deployment; a call that is older than its ring time would not ring.
CALLS_AROUND = 4
RUNG_WITHIN_S = 40


@dataclass
class Traffic:
    """Calls that flow, one after the other and each on its own; `answers` has webhooks that were not queued, too."""

    stack: StackDescription
    callees: list[str]
    answers: dict[str, Future[webhooks.WebhookResponse]] = field(default_factory=dict)
    """By session id."""

    @contextmanager
    def flowing(self) -> Iterator[None]:
        stop = threading.Event()
        with ThreadPoolExecutor(8) as threads:
            sender = threading.Thread(target=self._send, args=(threads, stop))
            sender.start()
            try:
                self._wait_for(CALLS_AROUND)
                yield
                self._wait_for(len(self.answers) + CALLS_AROUND)
            finally:
                stop.set()
                sender.join()

    def _send(self, threads: ThreadPoolExecutor, stop: threading.Event) -> None:
        while not stop.wait(1 / CALLS_PER_S):
            callee = self.callees[len(self.answers) % len(self.callees)]
            call = webhooks.new_call("alice", callee, "audio")
            webhook = webhooks.webhook("documented", call, self.stack.webhook)
            self.answers[call.session_id] = threads.submit(webhooks.post, self.stack, webhook)

    def _wait_for(self, calls: int) -> None:
        while len(self.answers) < calls:
            time.sleep(0.05)


def live(deployed: DeployedStack, name: str) -> dict[str, Any]:
    configuration: dict[str, Any] = deployed.client("lambda").get_function_configuration(
        FunctionName=deployed.function(name), Qualifier=ALIAS
    )
    return configuration


def layers(configuration: dict[str, Any]) -> list[str]:
    return [layer["Arn"].split(":layer:")[1] for layer in configuration["Layers"]]


def with_changed_layer(build: Path, copy: Path) -> Path:
    """What was built, with one more file in the layer of all functions and everything else as it was."""
    shutil.copytree(build, copy)
    (copy / "BaseLayer" / "python" / "changed.txt").write_text(str(time.time_ns()))
    return copy


@pytest.fixture(scope="module")
def callees(stack: StackDescription) -> list[str]:
    callees = [a_user() for _ in range(USERS)]
    for callee in callees:
        phone.register(stack, Phone(callee, phone.new_device_token()))
    return callees


@pytest.mark.parametrize("change", ["parameter", "layer"])
def test_a_deployment_loses_no_call_and_rings_none_twice(
    change: str,
    stack: StackDescription,
    deployed: DeployedStack,
    stack_directory: StackDirectory,
    apple: SimulatorClient,
    callees: list[str],
    tmp_path: Path,
) -> None:
    sequence = apple.counters()["last_sequence"]
    before = {name: live(deployed, name) for name in FUNCTIONS}
    ring_seconds = live_variables(deployed, "push")["RING_SECONDS"]
    other_seconds = str(int(ring_seconds) + (1 if int(ring_seconds) % 2 else -1))
    build = stack_directory.build
    if change == "layer":
        build = with_changed_layer(build, tmp_path / "build")
    traffic = Traffic(stack, callees)

    with traffic.flowing():
        release = redeploy(
            stack_directory, stack, build, {"RingSeconds": other_seconds} if change == "parameter" else {}
        )

    after = {name: live(deployed, name) for name in FUNCTIONS}
    versions = {name: (int(before[name]["Version"]), int(after[name]["Version"])) for name in FUNCTIONS}
    assert all(new > old for old, new in versions.values()), versions
    if change == "parameter":
        assert variables(after["push"])["RING_SECONDS"] == other_seconds
        assert all(layers(after[name]) == layers(before[name]) for name in FUNCTIONS)
    else:
        assert variables(after["push"]).items() - variables(before["push"]).items() == {("RELEASE", release)}
        assert all(layers(after[name])[0] != layers(before[name])[0] for name in FUNCTIONS)
    statuses = Counter(answer.result().status for answer in traffic.answers.values())
    assert statuses == {200: len(traffic.answers)}
    assert rung(apple, sequence, traffic) == dict.fromkeys(traffic.answers, 1)


def rung(apple: SimulatorClient, sequence: int, traffic: Traffic) -> dict[str, int]:
    """How often each call rang, by Apple's record. Waits for the last one, and a little longer for a second ring."""

    def count() -> Counter[str]:
        sessions = [push["payload"]["sessionId"] for push in apple.pushes(after=sequence) if push["accepted"]]
        return Counter(session for session in sessions if session in traffic.answers)

    deadline = time.monotonic() + RUNG_WITHIN_S
    while count().keys() != traffic.answers.keys() and time.monotonic() < deadline:
        time.sleep(0.3)
    time.sleep(2)
    return dict(count())
