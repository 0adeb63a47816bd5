"""The push function without AWS and Apple."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from push.batch import Worker
from push.group_fan_out import GroupCalls
from push.ports import Ports
from push.queue import Message
from shared.call_events import CallEvent
from shared.observability import metrics
from tests.support.clocks import MovedClock
from tests.support.push.events import message
from tests.support.push.fakes import (
    FakeCallEnds,
    FakeClaims,
    FakeClaimsOf01,
    FakeDevices,
    FakeQueue,
    ScriptedApns,
    worker,
)

REMAINING_MS = 6_000


@pytest.fixture
def counted() -> Iterator[Callable[[], dict[str, float]]]:
    """The sums of the metrics so far."""
    metrics.clear_metrics()
    yield lambda: {name: sum(metric["Value"]) for name, metric in metrics.metric_set.items()}
    metrics.clear_metrics()


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch, clock: MovedClock) -> list[float]:
    """Waits, which pass on the test's clock alone."""
    waits: list[float] = []
    turn = asyncio.sleep

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        clock.pass_ms(round(seconds * 1000))
        await turn(0)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    return waits


@dataclass
class PushFunction:
    """Works on batches; the parts can be set up and looked into."""

    clock: MovedClock
    devices: FakeDevices = field(default_factory=FakeDevices)
    claims: FakeClaims = field(default_factory=FakeClaims)
    claims_of_0_1: Any = field(default_factory=FakeClaimsOf01)
    ends: FakeCallEnds = field(default_factory=FakeCallEnds)
    queue: FakeQueue = field(default_factory=FakeQueue)
    apns: Any = None

    def __post_init__(self) -> None:
        self.apns = ScriptedApns(clock=self.clock)

    def process(self, messages: Sequence[Message], remaining_ms: int = REMAINING_MS) -> list[str]:
        return asyncio.run(self.worker().process(messages, remaining_ms=remaining_ms))

    def worker(self, groups: GroupCalls | None = None) -> Worker:
        """Without `groups`, nobody knows the members of any."""
        ports = Ports(
            devices=self.devices,
            claims=self.claims,
            claims_of_0_1=self.claims_of_0_1,
            ends=self.ends,
            apns=self.apns,
            clock=self.clock,
        )
        return replace(worker(ports, self.queue, self.clock), **({"groups": groups} if groups else {}))

    def deliver(self, event: CallEvent | str, name: str = "m1", receive_count: int = 1) -> list[str]:
        return self.process([message(event, name, receive_count)])

    @property
    def rung(self) -> list[str]:
        return [push.token for push, _, _ in self.apns.pushes]


@pytest.fixture
def push_function(clock: MovedClock, counted: object) -> PushFunction:
    return PushFunction(clock)
