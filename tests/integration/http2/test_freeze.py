"""The environment frozen and thawed: SIGSTOP and SIGCONT."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self

import pytest

from apns_simulator import ApnsSimulator
from tests.support.apns.http2_sender import wait_until

ROOT = Path(__file__).parents[3]
CYCLES = 100


class FrozenSender:
    """Runs frozen_sender.py."""

    def __init__(self, apns: ApnsSimulator, authorization: str) -> None:
        command = [sys.executable, "-m", "tests.integration.http2.frozen_sender"]
        self._process = subprocess.Popen(
            [*command, apns.production_url, str(apns.ca_file), authorization],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": f"{ROOT / 'functions'}:{ROOT}"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.send_signal(signal.SIGCONT)
        self._process.communicate(timeout=10)

    def begin(self, timeout_s: float = 2.0) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{timeout_s}\n")
        self._process.stdin.flush()

    def end(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        result: dict[str, Any] = json.loads(self._process.stdout.readline())
        return result

    def push(self) -> dict[str, Any]:
        self.begin()
        return self.end()

    def freeze(self) -> None:
        self._process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, self._process.pid, os.WSTOPPED)

    def thaw(self) -> None:
        self._process.send_signal(signal.SIGCONT)


@pytest.fixture
def sender(apns: ApnsSimulator, authorization: str) -> Iterator[FrozenSender]:
    with FrozenSender(apns, authorization) as sender:
        yield sender


def test_no_push_is_lost_in_100_freezes_in_which_the_server_hangs_up(apns: ApnsSimulator, sender: FrozenSender) -> None:
    """Each push that follows is the first stream of the one new connection: nothing was tried on the old one."""
    first = sender.push()
    for cycle in range(CYCLES):
        sender.freeze()
        how: Any = ("fin", "rst", "goaway")[cycle % 3]
        assert cycle + 1 in apns.close_connections(how)
        sender.thaw()
        last = sender.push()
        assert last["known"] == "accepted", f"after {how}"
        push = apns.pushes()[-1]
        assert (push["connection_id"], push["stream_id"]) == (cycle + 2, 1)
    counters = apns.counters()
    assert counters["accepted"] == counters["pushes"] == counters["connections_opened"] == CYCLES + 1
    assert last["file_descriptors"] <= first["file_descriptors"] + 1  # one that is just being closed


def test_freezes_in_which_nothing_happens_cost_no_connection(apns: ApnsSimulator, sender: FrozenSender) -> None:
    results = [sender.push()]
    for _ in range(20):
        sender.freeze()
        sender.thaw()
        results.append(sender.push())
    assert {result["known"] for result in results} == {"accepted"}
    assert len({result["file_descriptors"] for result in results}) == 1
    assert apns.counters()["connections_opened"] == 1


@pytest.mark.parametrize("frozen_at", ["before the answer", "after the answer"])
def test_an_answer_that_came_during_the_freeze_counts_although_its_deadline_has_passed(
    apns: ApnsSimulator, sender: FrozenSender, frozen_at: str
) -> None:
    assert sender.push()["known"] == "accepted"
    apns.add_fault("none", latency_ms=150 if frozen_at == "before the answer" else 0)
    before = apns.counters()["last_sequence"]
    sender.begin(timeout_s=0.4)
    assert apns.pushes(after=before, wait_s=5)
    sender.freeze()
    wait_until(lambda: apns.pushes(after=before)[0]["answered_at_ms"])
    time.sleep(0.5)
    sender.thaw()
    assert sender.end()["known"] == "accepted"
    assert apns.counters()["connections_opened"] == 1


def test_a_silent_end_is_found_by_a_ping(start_apns: Callable[..., ApnsSimulator], authorization: str) -> None:
    """As when a NAT gateway has forgotten the connection: no FIN, no RST, and no answer to anything."""
    apns = start_apns()
    with FrozenSender(apns, authorization) as sender:
        assert sender.push()["known"] == "accepted"
        sender.freeze()
        apns.change_settings(answer_pings=False)
        apns.add_fault("silence")
        time.sleep(5.2)
        sender.thaw()
        sender.begin()
        # Whoever gets no answer to a PING sends no push.
        time.sleep(0.1)
        assert apns.counters()["pushes"] == 1
        apns.clear_faults()
        assert sender.end()["known"] == "accepted"
    assert apns.counters()["connections_opened"] == 2
