"""Whatever hangs, an invocation ends in its time, and what it knows by then counts.

Each test would wait until the dependency answers, which it does only when the test is over.
"""

import asyncio
from collections.abc import Callable, Iterator
from threading import Event
from typing import Any

import pytest

from push import still_ringing
from push.apns.outcomes import Accepted
from push.group_fan_out import GroupCalls
from push.group_members import Members
from push.ports import Deadlines
from shared import time_limits
from shared.call_events import CallEvent
from shared.clock import now_ms
from shared.device_tokens import device_hash
from shared.devices import KEEP_S
from shared.ring_items import PhoneState
from tests.support.clocks import MovedClock
from tests.support.push.events import OTHER_TOKEN, RING_MS, TOKEN, call_ended, device, message, ringing
from tests.support.push.fakes import FakeQueue, rejected

REMAINING_MS = 900
BUSY = rejected(503, "ServiceUnavailable")
PHONE, OTHER_PHONE = device_hash(TOKEN), device_hash(OTHER_TOKEN)


class RealClock(MovedClock):
    def __call__(self) -> int:
        return now_ms()

    def pass_ms(self, duration_ms: int) -> None:
        """By itself."""


class Hanging:
    """A push function, one of whose dependencies does not answer."""

    def __init__(self, function: Any) -> None:
        self.answers = Event()
        self.function = function
        self.call = ringing(initiated_at_ms=now_ms(), received_at_ms=now_ms())
        self.members: Any = None
        self.reached = 0

    def register(self, *tokens: str) -> None:
        for token in tokens:
            self.function.devices.put(device(token, expires_at_s=now_ms() // 1000 + KEEP_S))

    def at(self, point: str, after: int = 0) -> Callable[[str], None]:
        """The step hangs when it has been taken so often."""

        def hang(step: str) -> None:
            if step == point:
                self.reached += 1
                if self.reached > after:
                    self.answers.wait()

        return hang

    def deliver(self, event: CallEvent | str | None = None, remaining_ms: int = REMAINING_MS) -> list[str]:
        function = self.function
        groups = GroupCalls(self.members, function.queue, function.clock, 50)
        worker = function.worker(groups)
        work = worker.process([message(event or self.call)], remaining_ms=remaining_ms)
        runner = asyncio.Runner()
        try:
            return runner.run(work)
        finally:
            self.answers.set()
            runner.close()

    def entry(self) -> Any:
        return self.function.claims.entry(self.call)


@pytest.fixture
def clock() -> MovedClock:
    return RealClock()


@pytest.fixture
def hanging(push_function: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hanging]:
    monkeypatch.setattr(time_limits, "RECORDING_MS", 400)
    monkeypatch.setattr(time_limits, "SETTLING_MS", 200)
    hanging = Hanging(push_function)
    yield hanging
    hanging.answers.set()


def test_the_deadlines_of_an_invocation_leave_time_for_what_comes_after():
    deadlines = Deadlines.of_invocation(ends_at_ms=6_000)
    assert deadlines.send_until_ms <= 5_000
    # A note takes two attempts of some milliseconds; with a silence in the first one, 0.5 s more.
    assert deadlines.send_until_ms + 600 <= deadlines.record_until_ms
    assert deadlines.record_until_ms + 200 <= deadlines.settle_until_ms <= 5_900
    assert 6_000 < deadlines.lease_until_ms <= 8_000


@pytest.mark.parametrize("point", ["before devices", "before read", "before claim"])
def test_what_hangs_before_a_push_brings_the_call_back(hanging, point):
    hanging.register(TOKEN)
    function = hanging.function
    function.devices.at = function.ends.at = function.claims.at = hanging.at(point)
    assert hanging.deliver() == ["m1"]
    assert function.rung == []
    assert list(function.queue.retried) == ["m1"]


def test_a_note_that_hangs_makes_no_rung_call_ring_again(hanging):
    hanging.register(TOKEN)
    hanging.function.claims.at = hanging.at("before note")
    assert hanging.deliver() == []
    assert hanging.function.rung == [TOKEN]


def test_a_look_before_a_resend_that_hangs_leaves_what_is_known(hanging, monkeypatch):
    """Whether the call has ended, for one phone; the other one has rung."""
    monkeypatch.setattr(still_ringing, "MAX_AGE_MS", 0)
    hanging.register(TOKEN, OTHER_TOKEN)
    function = hanging.function
    function.apns.script = lambda push, _: BUSY if push.token == TOKEN else Accepted()
    function.ends.at = hanging.at("before read", after=3)
    assert hanging.deliver(remaining_ms=2_000) == ["m1"]
    assert hanging.reached == 4
    assert hanging.entry().lease_until_ms == 0
    assert hanging.entry().phones[OTHER_PHONE] == PhoneState("rung", pushes=1)
    assert hanging.entry().phones[PHONE].outcome == ""


@pytest.mark.parametrize("failing", ["hold", "retry"])
def test_an_sqs_that_hangs_costs_no_call(hanging, failing):
    hanging.register(TOKEN)
    hanging.function.queue = HangingQueue(failing, hanging.answers)
    hanging.function.apns.script = [BUSY] if failing == "retry" else [Accepted()]
    assert hanging.deliver() == (["m1"] if failing == "retry" else [])


def test_a_dead_letter_that_hangs_is_tried_again(hanging):
    hanging.function.queue = HangingQueue("sent_to_dead_letter_queue", hanging.answers)
    assert hanging.deliver("poison") == ["m1"]


def test_what_was_learned_of_a_device_is_not_waited_for(hanging):
    hanging.register(TOKEN)
    hanging.function.apns.script = [rejected(410, "Unregistered")]
    hanging.function.devices.at = hanging.at("before remove")
    assert hanging.deliver() == []


def test_a_stale_call_is_stale_though_nobody_says_what_became_of_it(hanging, counted):
    hanging.function.claims.phones = lambda call: hanging.answers.wait()
    assert hanging.deliver(ringing(initiated_at_ms=now_ms() - RING_MS)) == []
    assert counted()["CallsStale"] == 1


def test_an_end_that_can_not_be_noted_comes_back(hanging):
    hanging.function.ends.at = hanging.at("before add")
    assert hanging.deliver(call_ended()) == ["m1"]


def test_the_key_is_not_waited_for_when_the_messages_are_done(hanging):
    async def prepare() -> None:
        await asyncio.to_thread(hanging.answers.wait)

    hanging.function.apns.prepare = prepare
    hanging.register(TOKEN)
    assert hanging.deliver() == []
    assert hanging.function.rung == [TOKEN]


def test_another_key_that_can_not_be_read_in_time_brings_the_call_back(hanging):
    async def read_key_again(*_: object, **__: object) -> bool:
        return await asyncio.to_thread(hanging.answers.wait)

    hanging.function.apns.read_key_again = read_key_again
    hanging.function.apns.script = [rejected(403, "InvalidProviderToken")]
    hanging.register(TOKEN)
    assert hanging.deliver() == ["m1"]
    assert hanging.entry().lease_until_ms == 0


@pytest.mark.parametrize("failing", ["members", "send"])
def test_a_group_that_hangs_comes_back(hanging, failing):
    class FakeMembers:
        async def fetch(self, guid: str, *, without: str, limit: int) -> Members:
            if failing == "members":
                await asyncio.to_thread(hanging.answers.wait)
            return Members(["bob"], 0)

    hanging.members = FakeMembers()
    hanging.function.queue = HangingQueue(failing, hanging.answers)
    group = ringing(receiver_type="group", receiver_uid="team", callee_uid="", initiated_at_ms=now_ms())
    assert hanging.deliver(group) == ["m1"]


class HangingQueue(FakeQueue):
    def __init__(self, method: str, answers: Event) -> None:
        super().__init__()
        self._method = method
        self._answers = answers

    def _fail(self, method: str) -> None:
        if method == self._method:
            self._answers.wait()
