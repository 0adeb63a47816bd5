"""The push function without AWS and Apple."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from push.queue import Message
from push.ring_device import Ports
from shared.call_events import CallEvent
from shared.observability import metrics
from tests.support.clocks import MovedClock
from tests.support.push.events import message
from tests.support.push.fakes import FakeCalls, FakeDevices, FakeQueue, ScriptedApns, worker

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


@dataclass
class PushFunction:
    """Works on batches; the parts can be set up and looked into."""

    clock: MovedClock
    devices: FakeDevices = field(default_factory=FakeDevices)
    calls: FakeCalls = field(default_factory=FakeCalls)
    queue: FakeQueue = field(default_factory=FakeQueue)
    apns: Any = None

    def __post_init__(self) -> None:
        self.apns = ScriptedApns(clock=self.clock)

    def process(self, messages: Sequence[Message], remaining_ms: int = REMAINING_MS) -> list[str]:
        ports = Ports(devices=self.devices, calls=self.calls, apns=self.apns, clock=self.clock)
        return asyncio.run(worker(ports, self.queue, self.clock).process(messages, remaining_ms=remaining_ms))

    def deliver(self, event: CallEvent | str, name: str = "m1", receive_count: int = 1) -> list[str]:
        return self.process([message(event, name, receive_count)])

    @property
    def rung(self) -> list[str]:
        return [push.token for push, _, _ in self.apns.pushes]


@pytest.fixture
def push_function(clock: MovedClock, counted: object) -> PushFunction:
    return PushFunction(clock)
