"""Faults on the wire, workers killed while a push is under way, and an AWS that hangs."""

import asyncio
import os
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from apns_simulator import ControlError, SimulatorClient
from tests.programs.chaos.plan import Plan
from tests.programs.chaos.processes import our_processes

WAIT_FOR_A_PUSH_S = 8.0
# Longer than the functions wait for DynamoDB, shorter than an invocation.
HANGS_S = 1.5
TRIES = 5
NOTICED_WITHIN_S = 0.05
EMULATOR = "-m ministack"


def switch_on(simulator: SimulatorClient, plan: Plan) -> set[int]:
    """Returns the ids of those that reset the connection.

    Some phones are refused for good. Of all other pushes: 5 % answered 503, 2 % 429, 2 % GOAWAY, 2 % slow, 1 % each
    reset, refused, never answered, connection dropped.

    Where it makes a difference, half of them after APNs has accepted the push.
    """
    _refuse_for_good(simulator, plan)
    simulator.add_fault("answer", status=503, reason="ServiceUnavailable", probability=0.05)
    simulator.add_fault("answer", status=429, reason="TooManyRequests", probability=0.02)
    simulator.add_fault("none", latency_ms=1_500, probability=0.01)
    simulator.add_fault("none", latency_ms=4_000, probability=0.01)
    simulator.add_fault("goaway", reason="Shutdown", probability=0.01, order="goaway_first")
    simulator.add_fault("goaway", reason="Shutdown", probability=0.01, order="answer_first")
    simulator.add_fault("refuse", probability=0.01)
    resets = set()
    for accepted in (True, False):
        simulator.add_fault("reset", probability=0.005, error_code=2, accepted=accepted)
        simulator.add_fault("silence", probability=0.005, accepted=accepted)
        simulator.add_fault("close", how="fin", probability=0.0025, accepted=accepted)
        resets.add(simulator.add_fault("close", how="rst", probability=0.0025, accepted=accepted))
    return resets


def switch_off(simulator: SimulatorClient, plan: Plan) -> None:
    """All but the refusals for good."""
    simulator.clear_faults()
    _refuse_for_good(simulator, plan)


def _refuse_for_good(simulator: SimulatorClient, plan: Plan) -> None:
    for device in (device for devices in plan.devices.values() for device in devices if device.refused):
        simulator.add_fault("answer", status=429, reason="TooManyRequests", device_token=device.token)


class Killer:
    """Kills workers of the push function with SIGKILL, one after the other, until one dies while APNs answers it."""

    def __init__(self, simulator: SimulatorClient, push_function: str) -> None:
        self._simulator = simulator
        self._worker = f"ministack-lambda-{push_function}-"
        self.killed_at_ms: list[int] = []
        self.missed = 0

    async def run(self, kills_at: Sequence[int], reached: Callable[[], int]) -> None:
        """Kills when the traffic has reached these calls."""
        for number in kills_at:
            while reached() < number:
                await asyncio.sleep(0.1)
            tried = 0
            while not await asyncio.to_thread(self._kill):
                tried += 1
                if tried == TRIES:
                    self.missed += 1
                    break

    def _kill(self) -> bool:
        """False if no push came by that could be interrupted."""
        sequence = self._simulator.counters()["last_sequence"]
        # It is recorded at once and answered late, so that it is under way when the worker dies.
        fault = self._simulator.add_fault("none", latency_ms=500, count=4)
        under_way = self._is_push_under_way(sequence)
        with suppress(ControlError):  # it has been used up
            self._simulator.clear_faults(fault)
        return under_way and any(self._interrupts(pid, sequence) for pid in self._workers())

    def _is_push_under_way(self, after: int) -> bool:
        """Waits for one; those with another fault are answered at once."""
        until_s = time.monotonic() + WAIT_FOR_A_PUSH_S
        while (wait_s := until_s - time.monotonic()) > 0:
            pushes = self._simulator.pushes(after=after, wait_s=wait_s)
            if any(push["ending"] == "pending" for push in pushes):
                return True
            after = max((push["sequence"] for push in pushes), default=after)
        return False

    def _interrupts(self, pid: int, sequence: int) -> bool:
        """Whether that was the one whose push was under way."""
        os.kill(pid, signal.SIGKILL)
        self.killed_at_ms.append(int(time.time() * 1000))
        time.sleep(NOTICED_WITHIN_S)
        return any(push["ending"] == "connection_lost" for push in self._simulator.pushes(after=sequence))

    def _workers(self) -> list[int]:
        return [pid for pid, args in our_processes().items() if self._worker in args and "_worker" in args]


class Hangs:
    """Stops the emulator for a while: AWS takes connections and requests, and answers nothing."""

    def __init__(self) -> None:
        self.hung_ms: list[tuple[int, int]] = []

    async def run(self, hangs_at: Sequence[int], reached: Callable[[], int]) -> None:
        """Begins when the traffic has reached these calls."""
        for number in hangs_at:
            while reached() < number:
                await asyncio.sleep(0.1)
            await asyncio.to_thread(self._hang)  # whatever else waits for the emulator

    def _hang(self) -> None:
        # The supervisor has the emulator's name among its arguments, too.
        emulators = [pid for pid, args in our_processes().items() if EMULATOR in args and "supervisor" not in args]
        began_ms = int(time.time() * 1000)
        for pid in emulators:
            os.kill(pid, signal.SIGSTOP)
        time.sleep(HANGS_S)
        for pid in emulators:
            os.kill(pid, signal.SIGCONT)
        if emulators:
            self.hung_ms.append((began_ms, int(time.time() * 1000)))
