"""Functions in Lambda's image under sam local, with every sample event: what they answer, and what has come of it.

The emulator and the APNs simulator are those of the shared stack, where the effects are read back. With
SAM_LOCAL=invoke (make test-sam-local) every event has a container of its own, by sam local invoke; that takes minutes.
"""

import json
import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from apns_simulator import SimulatorClient
from local.phones.credentials import sign_jwt
from local.sam_local import docker_engine, session
from local.sample_events import function_of, sample_events
from local.sample_events.credentials import TOKEN, UID, WEBHOOK
from local.startup import sam
from ops.commands.dead_letters import DeadLetters
from ops.stack import emulated_aws
from ops.stack.description import StackDescription
from ops.stack.directory import ROOT, StackDirectory
from shared.call_events import CallEnded, CallRinging, from_json
from shared.call_keys import fact_keys
from shared.clock import now_ms
from shared.devices import query_devices
from shared.http import Request
from shared.ring_items import key_of
from webhook.cometchat import Ignored, parse
from webhook.receipt import Receipt

pytestmark = pytest.mark.docker

START_S = 60
EFFECT_S = 20
SAMPLES = sample_events(now_ms())

type Event = dict[str, Any]
type Invoke = Callable[[str, Event], Any]
"""Of a sample event by its name: what the function returns."""


def names(prefix: str) -> list[str]:
    return [name for name in SAMPLES if name.startswith(prefix)]


@pytest.fixture(scope="module")
def config(stack: StackDescription, stack_directory: StackDirectory) -> Iterator[Path]:
    """With which sam local finds the stack."""
    try:
        docker_engine.find(sam.host_architecture())
    except docker_engine.DockerUnavailable as problem:
        pytest.skip(str(problem))
    with session.ready(stack_directory, stack):
        yield stack_directory.sam_config


@contextmanager
def serving(command: str, config: Path, log: Path) -> Iterator[str]:
    """The URL of `sam local start-api` or `start-lambda`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    line = sam.sam_command("local", command, "--config-file", str(config), "--port", str(port))
    with log.open("wb") as output:
        process = subprocess.Popen(line, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT, env=session.environment())
    try:
        deadline = time.monotonic() + START_S
        while not accepts(port):
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"sam local {command} did not start:\n{log.read_text()}")
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        # It takes its containers along.
        process.terminate()
        process.wait(timeout=60)


def accepts(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def invoke(config: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Invoke]:
    """sam local's Lambda, which keeps its containers: the image, the mounts and the variables are those of invoke."""
    if os.environ.get("SAM_LOCAL") == "invoke":
        yield partial(invoke_once, config)
        return
    with serving("start-lambda", config, tmp_path_factory.mktemp("sam") / "start-lambda.log") as url:
        client = emulated_aws.client("lambda", url)

        def invoke(name: str, event: Event) -> Any:
            answer = client.invoke(FunctionName=function_of(name), Payload=json.dumps(event).encode())
            return json.loads(answer["Payload"].read())

        yield invoke


@pytest.fixture(scope="module")
def api(config: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    log = tmp_path_factory.mktemp("sam") / "start-api.log"
    with serving("start-api", config, log) as url, httpx.Client(base_url=url, trust_env=False, timeout=60) as client:
        yield client


class World:
    """What has come of it, in the emulator and at APNs."""

    def __init__(self, stack: StackDescription) -> None:
        self._stack = stack
        self._dynamodb = emulated_aws.client("dynamodb", stack.aws_endpoint_url)
        self._simulator = SimulatorClient(stack.apns.control_url or "")
        self._sqs = emulated_aws.client("sqs", stack.aws_endpoint_url)

    def has_rung(self, call: CallRinging) -> bool:
        """At this phone of bob's, once, as Apple would say; other tests may have given him others."""
        return [push for push in self._pushes(call.session_id) if push[0] == TOKEN] == [(TOKEN, True)]

    def knows_end_of(self, call: CallEnded) -> bool:
        return all(
            any(item.get("trigger") == {"S": call.trigger} for item in self._items(key)) for key in fact_keys(call)
        )

    def nothing_of(self, call: CallRinging | CallEnded) -> bool:
        keys = [key_of(call)["call"]["S"]] if isinstance(call, CallRinging) else fact_keys(call)
        return not any(map(self._items, keys)) and not self._pushes(call.session_id)

    def environment_of_device(self) -> str | None:
        devices = query_devices(self._dynamodb, self._stack.tables.devices, UID)
        return next((device.environment for device in devices if device.token == TOKEN), None)

    def takes_dead_letter(self, body: str) -> bool:
        """Whether it is there. Nobody else finds it afterwards."""
        letters = DeadLetters(self._sqs, self._stack.queues.dead_letters, self._stack.queues.calls)
        ours = [letter for letter in letters.all if letter.body == body]
        for letter in ours:
            letters.delete(letter)
        letters.release()
        return bool(ours)

    def _pushes(self, session_id: str) -> list[tuple[str, bool]]:
        pushes = self._simulator.pushes()
        return [(p["device_token"], p["accepted"]) for p in pushes if p["payload"].get("sessionId") == session_id]

    def _items(self, call: str) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = self._dynamodb.query(
            TableName=self._stack.tables.calls,
            ConsistentRead=True,
            KeyConditionExpression="#call = :call",
            ExpressionAttributeNames={"#call": "call"},
            ExpressionAttributeValues={":call": {"S": call}},
        )["Items"]
        return items


@pytest.fixture(scope="module")
def world(stack: StackDescription) -> World:
    return World(stack)


def fresh(name: str) -> Event:
    return sample_events(now_ms())[name]


def event_of(webhook: Event) -> CallRinging | CallEnded:
    """What it puts on the queue, if it is let in."""
    request = Request.from_event(webhook)
    event = parse(request.body, Receipt(request.received_at_ms, request.request_id)).event
    assert not isinstance(event, Ignored)
    return event


def eventually(holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + EFFECT_S
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def body_of(answer: Mapping[str, Any]) -> Any:
    return json.loads(answer["body"])


# sam local invoke, a container for each


def invoke_once(config: Path, name: str, event: Event) -> Any:
    line = sam.sam_command("local", "invoke", function_of(name), "--config-file", str(config), "-e", "-")
    done = subprocess.run(
        line,
        cwd=ROOT,
        input=json.dumps(event),
        capture_output=True,
        text=True,
        timeout=120,
        env=session.environment(),
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_sam_local_invoke_of_every_function(config: Path, world: World) -> None:
    def once(name: str) -> Any:
        return invoke_once(config, name, fresh(name))

    assert once("authorizer-valid") == {"isAuthorized": True, "context": {"uid": UID}}
    assert once("tokens-register")["statusCode"] == 200
    assert world.environment_of_device() == "sandbox"
    assert body_of(once("webhook-call-initiated-signed"))["result"] == "queued"
    assert once("push-call-ringing") == {"batchItemFailures": []}


# All events, in containers that are kept

LET_IN = [
    "webhook-call-initiated-signed",
    "webhook-call-initiated-documented",
    "webhook-call-initiated-in-base64",
    "webhook-call-initiated-to-group",
    "webhook-custom-provider",
    "webhook-call-started",
    "webhook-call-participant-joined",
    "webhook-call-ended",
    "webhook-call-busy",
    "webhook-call-cancelled",
    "webhook-call-rejected",
    "webhook-call-unanswered",
    "webhook-custom-provider-cancelled",
]
REST: Mapping[str, tuple[int, str | None]] = {
    "webhook-call-participant-left": (200, None),
    "webhook-recording-generated": (200, None),
    "webhook-custom-provider-message": (200, None),
    "webhook-no-credentials": (401, None),
    "webhook-wrong-signature": (401, None),
    "webhook-wrong-password": (401, None),
    "webhook-one-of-two-credentials-wrong": (401, None),
    "webhook-body-changed-after-signing": (401, None),
    "webhook-not-json": (400, None),
    "webhook-no-caller": (400, "data.initiator.uid"),
    "webhook-not-base64": (400, None),
}


@pytest.fixture
def bobs_phone(invoke: Invoke, world: World) -> None:
    if world.environment_of_device() is None:
        assert invoke("tokens-register", fresh("tokens-register"))["statusCode"] == 200


@pytest.mark.usefixtures("bobs_phone")
def test_a_webhook_that_is_let_in_rings_or_ends_a_call(invoke: Invoke, world: World) -> None:
    sent = {name: fresh(name) for name in LET_IN}

    answers = {name: invoke(name, event) for name, event in sent.items()}

    for name, event in sent.items():
        answer = body_of(answers[name])
        assert answers[name]["statusCode"] == 200
        assert answer["correlation_id"] == event["requestContext"]["requestId"]
        # An end goes to the queue where the table is slow to answer.
        assert answer["result"] in ({"queued"} if isinstance(event_of(event), CallRinging) else {"noted", "queued"})
    for name, event in sent.items():
        call = event_of(event)
        holds = world.has_rung if isinstance(call, CallRinging) else world.knows_end_of
        assert eventually(lambda call=call, holds=holds: holds(call)), name


@pytest.mark.usefixtures("bobs_phone")
def test_nothing_comes_of_the_other_webhooks(invoke: Invoke, world: World) -> None:
    answers = {name: invoke(name, fresh(name)) for name in REST}
    last = fresh("webhook-call-initiated-documented")
    invoke("webhook-call-initiated-documented", last)

    assert {name: (a["statusCode"], body_of(a).get("field")) for name, a in answers.items()} == REST
    assert all(body_of(answer)["result"] == "ignored" for answer in answers.values() if answer["statusCode"] == 200)
    # Whatever had come of one of them would have come by now.
    assert eventually(lambda: world.has_rung(event_of(last)))
    assert world.nothing_of(event_of(fresh("webhook-wrong-signature")))


def test_no_webhook_is_left_out() -> None:
    assert {*LET_IN, *REST} == set(names("webhook-"))


def messages(event: Event) -> list[CallRinging | CallEnded]:
    return [from_json(record["body"]) for record in event["Records"]]


@pytest.mark.usefixtures("bobs_phone")
@pytest.mark.parametrize("name", names("push-"))
def test_push(invoke: Invoke, world: World, name: str) -> None:
    event = fresh(name)

    failed = [item["itemIdentifier"] for item in invoke(name, event)["batchItemFailures"]]

    match name:
        case "push-call-ringing" | "push-call-ringing-redelivered":
            assert world.has_rung(*messages(event))
        case "push-call-to-group":
            # Through a message for each member, which the deployed function has taken.
            assert eventually(lambda: world.has_rung(*messages(event)))
        case "push-call-ended":
            assert world.knows_end_of(*messages(event))
        case "push-call-stale" | "push-no-device":
            assert world.nothing_of(*messages(event))
        case "push-unreadable":
            assert world.takes_dead_letter(event["Records"][0]["body"])
        case "push-batch":
            *good, bad = event["Records"]
            call, same, call_ended = messages({"Records": good})
            # While one of them rings, the other one can only wait: it comes back, and will find that it has rung.
            assert call == same
            assert len(failed) == 1
            assert failed[0] in [record["messageId"] for record in good[:2]]
            failed = []
            assert world.has_rung(call)
            assert world.knows_end_of(call_ended)
            assert world.takes_dead_letter(bad["body"])
        case _:
            pytest.fail("nobody has said what comes of it")
    assert failed == []


def test_tokens(invoke: Invoke, world: World) -> None:
    """In an order in which each of them changes something."""
    steps = {
        "tokens-register": (200, "sandbox"),
        "tokens-register-foreign-uid": (403, "sandbox"),
        "tokens-register-bad-token": (400, "sandbox"),
        "tokens-register-bad-environment": (400, "sandbox"),
        "tokens-register-not-json": (400, "sandbox"),
        "tokens-remove-bad-token": (400, "sandbox"),
        "tokens-register-with-uid": (200, "production"),
        "tokens-remove": (200, None),
    }
    assert {*steps, "tokens-remove-all"} == set(names("tokens-"))

    for name, expected in steps.items():
        answer = invoke(name, fresh(name))
        assert (answer["statusCode"], world.environment_of_device()) == expected, name

    invoke("tokens-register", fresh("tokens-register"))
    assert body_of(invoke("tokens-remove-all", fresh("tokens-remove-all")))["count"] >= 1
    assert world.environment_of_device() is None


def test_calls(invoke: Invoke) -> None:
    said = {name: invoke(name, fresh(name)) for name in names("calls-")}

    assert {name: answer["statusCode"] for name, answer in said.items()} == {"calls-state": 404, "calls-bad-uuid": 400}


def test_authorizer(invoke: Invoke) -> None:
    said = {name: invoke(name, fresh(name)) for name in names("authorizer-")}

    assert said.pop("authorizer-valid") == {"isAuthorized": True, "context": {"uid": UID}}
    assert {name: answer for name, answer in said.items() if answer != {"isAuthorized": False}} == {}


# sam local start-api


def test_the_webhook_over_http(api: httpx.Client, invoke: Invoke, world: World, bobs_phone: None) -> None:
    event = fresh("webhook-call-initiated-documented")
    content = {"content": event["body"], "headers": {"content-type": "application/json"}}

    answer = api.post("/webhooks/call", auth=(WEBHOOK.username, WEBHOOK.password), **content)
    refused = api.post("/webhooks/call", auth=(WEBHOOK.username, "wrong"), **content)

    assert (answer.status_code, answer.json()["result"], refused.status_code) == (200, "queued", 401)
    assert eventually(lambda: world.has_rung(event_of(event)))


def test_the_tokens_api_over_http_behind_its_authorizer(
    api: httpx.Client, stack: StackDescription, world: World
) -> None:
    signed_in = {"Authorization": f"Bearer {sign_jwt(stack.jwt, UID)}"}
    token = {"token": TOKEN, "environment": "production"}

    assert api.put("/voip-tokens", json=token).status_code == 401
    assert api.put("/voip-tokens", json=token, headers={"Authorization": "Bearer x.y.z"}).status_code == 403
    assert api.put("/voip-tokens", json=token, headers=signed_in).json()["environment"] == "production"
    assert world.environment_of_device() == "production"
    assert api.post("/voip-tokens", json={**token, "uid": UID}, headers=signed_in).status_code == 200
    assert api.delete(f"/voip-tokens/{TOKEN}", headers=signed_in).status_code == 200
    assert world.environment_of_device() is None
    assert api.delete("/voip-tokens", headers=signed_in).status_code == 200
