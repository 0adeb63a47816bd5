"""make chaos kills workers of the push function, and only while a push is under way."""

import asyncio
from typing import Any

import pytest

from tests.programs.chaos import faults
from tests.programs.chaos.faults import Killer

WORKER = "python3 worker.py ministack-lambda-stack-push-1 _worker"


class Simulator:
    """Answers each look at its pushes with the next batch, and then with nothing."""

    def __init__(self, *batches: list[str]) -> None:
        self._batches = list(batches)
        self._sequence = 0
        self.faults: list[int] = []

    def counters(self) -> dict[str, int]:
        return {"last_sequence": 0}

    def add_fault(self, action: str, **fields: Any) -> int:
        assert (action, fields["latency_ms"] > 0) == ("none", True)
        self.faults.append(1)
        return 1

    def clear_faults(self, fault_id: int) -> None:
        self.faults.remove(fault_id)

    def pushes(self, after: int, wait_s: float = 0) -> list[dict[str, Any]]:
        endings = self._batches.pop(0) if self._batches else []
        self._sequence += len(endings)
        first = self._sequence - len(endings) + 1
        return [{"sequence": number, "ending": ending} for number, ending in enumerate(endings, first)]


@pytest.fixture
def killed(monkeypatch):
    pids: list[int] = []
    processes = {11: WORKER, 12: WORKER, 13: WORKER.replace("push", "webhook")}
    monkeypatch.setattr(faults, "our_processes", lambda: processes)
    monkeypatch.setattr(faults.os, "kill", lambda pid, signal: pids.append(pid))
    monkeypatch.setattr(faults, "NOTICED_WITHIN_S", 0)
    monkeypatch.setattr(faults, "WAIT_FOR_A_PUSH_S", 0.05)
    return pids


def kill(simulator: Simulator) -> Killer:
    killer = Killer(simulator, "stack-push")
    asyncio.run(killer.run([5], lambda: 5))
    return killer


def test_waits_for_a_push_that_is_under_way(killed):
    simulator = Simulator(["answered"], ["answered", "pending"], ["connection_lost"])
    killer = kill(simulator)
    assert (killed, killer.missed, len(killer.killed_at_ms)) == ([11], 0, 1)
    assert simulator.faults == []


def test_goes_on_until_the_worker_dies_whose_push_it_was(killed):
    killer = kill(Simulator(["pending"], ["pending"], ["connection_lost"]))
    assert (killed, killer.missed, len(killer.killed_at_ms)) == ([11, 12], 0, 2)


def test_says_that_it_found_nothing_to_interrupt(killed):
    killer = kill(Simulator(["answered"]))
    assert (killed, killer.missed, killer.killed_at_ms) == ([], 1, [])
