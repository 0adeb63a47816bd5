"""Any interleaving of rings, ends, duplicates, crashes and redeliveries: one call, one ring.

Invocations run side by side and stop before each step that leaves the function's code; hypothesis decides who goes on,
who dies, what the network does and how much time passes. What must hold is in `tests.support.push.world`.
"""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from shared.call_ends import CallEnd
from shared.call_events import CallEnded, CallRinging
from shared.observability import logger, metrics
from shared.ring_items import Phones
from tests.support.push.events import OTHER_TOKEN, TOKEN, call_ended, ringing
from tests.support.push.fakes import FakeCallEnds, FakeClaims, RingEntry
from tests.support.push.world import World

ENVIRONMENTS = ("production", "sandbox")
SETTINGS = settings(max_examples=500, stateful_step_count=50, suppress_health_check=list(HealthCheck))
any_index = st.integers(0, 9)
tokens = st.sampled_from([TOKEN, OTHER_TOKEN])
fates = st.sampled_from(["answered"] * 4 + ["answer lost", "request lost", "not sent", "busy"])


@pytest.fixture(autouse=True)
def _quiet():
    """Hundreds of thousands of log lines are of no use."""
    level = logger.log_level
    logger.setLevel("CRITICAL")
    yield
    logger.setLevel(level)
    metrics.clear_metrics()


class Rules(RuleBasedStateMachine):
    calls = Bundle("calls")

    claims: type[FakeClaims] = FakeClaims
    ends: type[FakeCallEnds] = FakeCallEnds

    @initialize(
        true=st.tuples(*[st.sampled_from(ENVIRONMENTS)] * 2),
        registered=st.sampled_from(ENVIRONMENTS),
        all_die_at_the_end=st.booleans(),
    )
    def begin(self, true, registered, all_die_at_the_end):
        self.all_die_at_the_end = all_die_at_the_end
        self.world = World(self.claims(), self.ends(), dict(zip((TOKEN, OTHER_TOKEN), true, strict=True)))
        self.message_id = 0
        for token in (TOKEN, OTHER_TOKEN):
            self.world.register(token, registered)

    def event(self) -> dict:
        """Message ids grow, times have seconds."""
        self.message_id += 1
        now_ms = self.world.clock()
        return {"message_id": self.message_id, "received_at_ms": now_ms}

    @rule(target=calls, has_session=st.booleans(), is_delivered=st.booleans(), conversation=st.integers(1, 3))
    def call(self, has_session, is_delivered, conversation):
        event = self.event()
        session_id = f"session-{event['message_id']}" if has_session else ""
        initiated_at_ms = event["received_at_ms"] // 1000 * 1000
        conversation_id = f"conversation-{conversation}"
        call = ringing(session_id=session_id, conversation_id=conversation_id, initiated_at_ms=initiated_at_ms, **event)
        if is_delivered:
            self.world.send([call])
        return call

    @rule(call=calls)
    def deliver(self, call):
        self.world.send([call])

    @rule(call=calls, names_session=st.booleans(), trigger=st.sampled_from(["cancelled", "rejected", "started"]))
    def end(self, call, names_session, trigger):
        event = self.event()
        at_ms = event["received_at_ms"] // 1000 * 1000
        names = {"session_id": call.session_id if names_session else "", "conversation_id": call.conversation_id}
        self.world.ends.add(call_ended(trigger=trigger, at_ms=at_ms, **names, **event))

    @rule(call=calls)
    def deliver_twice_at_once(self, call):
        before = set(self.world.queue)
        self.world.send([call, call])
        for name in self.world.queue.keys() - before:
            self.world.receive(self.world.queue[name])

    @precondition(lambda self: self.world.visible())
    @rule(which=any_index)
    def receive(self, which):
        visible = self.world.visible()
        self.world.receive(visible[which % len(visible)])

    @precondition(lambda self: self.world.scheduler.running)
    @rule(which=any_index, step=any_index, fate=fates, count=st.integers(1, 12))
    def go_on(self, which, step, fate, count):
        scheduler = self.world.scheduler
        invocation = scheduler.running[which % len(scheduler.running)]
        for _ in range(count):
            if invocation.waiting:
                scheduler.let(invocation, invocation.waiting[step % len(invocation.waiting)], fate)

    @precondition(lambda self: self.world.scheduler.running)
    @rule(which=any_index)
    def crash(self, which):
        running = self.world.scheduler.running
        self.world.scheduler.crash(running[which % len(running)])

    @rule(duration_ms=st.sampled_from([1, 300, 1_000, 1_999, 2_500, 7_001, 8_000, 20_000]))
    def time_passes(self, duration_ms):
        self.world.clock.pass_ms(duration_ms)

    @rule(token=tokens, environment=st.sampled_from(ENVIRONMENTS))
    def register(self, token, environment):
        self.world.register(token, environment)

    @rule(token=tokens)
    def device_dies(self, token):
        self.world.kill_device(token)

    @invariant()
    def what_has_finished_is_in_order(self):
        if hasattr(self, "world"):
            self.world.end_finished()
            self.world.check()

    def teardown(self):
        """Everything is left to drain, on a good network: every message ends."""
        if not hasattr(self, "world"):
            return
        try:
            self.drain()
        finally:
            self.world.scheduler.close()

    def drain(self):
        for invocation in list(self.world.scheduler.running) if self.all_die_at_the_end else []:
            self.world.scheduler.crash(invocation)
        self.world.drain()


RulesTest = Rules.TestCase
RulesTest.settings = SETTINGS


class WithoutClaimCondition(FakeClaims):
    def may_claim(self, old: RingEntry, now_ms: int) -> bool:
        return True


class NeverNoting(FakeClaims):
    def note(self, call: CallRinging, phones: Phones, **options: Any) -> bool:
        forgotten = {phone: replace(state, outcome="") for phone, state in phones.items()}
        return super().note(call, forgotten, **options)


class WithoutReadingEnds(FakeCallEnds):
    def read(self, keys: list[str]) -> list[CallEnd]:
        return []


class ForgettingEnds(FakeCallEnds):
    def add(self, call_ended: CallEnded) -> None:
        if call_ended.session_id:
            super().add(call_ended)


@pytest.mark.parametrize(
    ("claims_class", "ends_class", "problem"),
    [
        (WithoutClaimCondition, FakeCallEnds, "rung twice"),
        (NeverNoting, FakeCallEnds, "rung twice"),
        (FakeClaims, WithoutReadingEnds, "a call that had ended"),
        (FakeClaims, ForgettingEnds, "a call that had ended"),
    ],
)
def test_each_rule_is_needed(claims_class, ends_class, problem):
    """The test above is able to fail: it does as soon as one of the rules is taken away."""

    class Broken(Rules):
        claims = claims_class
        ends = ends_class

    broken = settings(SETTINGS, max_examples=2_000, phases=[Phase.generate], database=None, print_blob=False)
    with pytest.raises((AssertionError, ExceptionGroup), match=problem):
        run_state_machine_as_test(Broken, settings=settings(broken, report_multiple_bugs=False))
