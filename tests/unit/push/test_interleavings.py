"""The interleavings that are known to be dangerous, one by one; `test_rules` looks for others."""

from collections.abc import Iterator
from typing import Any

import pytest

from shared.call_events import CallRinging
from tests.support.clocks import NOON_MS
from tests.support.push.events import OTHER_TOKEN, TOKEN, call_ended, ringing
from tests.support.push.fakes import FakeCallEnds, FakeClaims, RingEntry
from tests.support.push.scheduler import Invocation
from tests.support.push.world import Fate, World

CALL = ringing(message_id=10)


@pytest.fixture
def world() -> Iterator[World]:
    yield from new_world(FakeClaims())


def new_world(claims: FakeClaims, environment: Any = "production") -> Iterator[World]:
    world = World(claims, FakeCallEnds(), {TOKEN: environment})
    world.register(TOKEN, "production")
    yield world
    world.scheduler.close()


def begin(world: World, call: CallRinging = CALL, *, before: str) -> Invocation:
    """A message arrives and is worked on until that step is the next."""
    if not world.visible():
        world.send([call])
    world.receive(world.visible()[0])
    invocation = world.scheduler.running[-1]
    go_on(world, invocation, before=before)
    return invocation


def go_on(world: World, invocation: Invocation, *, before: str = "", fate: Fate = "answered") -> None:
    """On to that step or to the end."""
    while ready := [step for step in invocation.waiting if step.name != before]:
        world.scheduler.let(invocation, ready[0], fate)
    world.end_finished()


def rings(world: World) -> int:
    world.drain()
    return sum(map(len, world.accepted.values()))


def test_a_call_alone(world):
    world.send([CALL])
    assert rings(world) == 1


def test_an_end_committed_while_the_claim_takes_long_is_seen(world):
    first = begin(world, before="claim")
    world.ends.add(call_ended())
    world.clock.pass_ms(500)
    go_on(world, first)
    assert rings(world) == 0


@pytest.mark.parametrize("step", ["claim", "push"])
def test_an_end_committed_within_half_a_second_after_the_reading_comes_too_late(world, step):
    first = begin(world, before=step)
    world.ends.add(call_ended())
    world.clock.pass_ms(400)
    go_on(world, first)
    assert rings(world) == 1


def test_an_end_committed_while_a_push_waits_for_a_connection_is_seen(world):
    first = begin(world, before="push")
    world.ends.add(call_ended())
    world.clock.pass_ms(501)
    go_on(world, first)
    assert rings(world) == 0


def test_two_deliveries_at_once(world):
    first = begin(world, before="push")
    world.send([CALL])
    second = begin(world, before="nothing")
    assert second not in world.scheduler.running
    go_on(world, first)
    assert rings(world) == 1


def test_a_redelivery_that_meets_a_live_lease_whose_owner_then_dies(world):
    first = begin(world, before="push")
    world.send([CALL])
    begin(world, before="nothing")
    world.scheduler.crash(first)
    assert rings(world) == 1
    assert world.clock() < NOON_MS + 10_000


@pytest.mark.parametrize("step", ["for_user", "read", "claim", "push"])
def test_an_owner_who_dies_before_the_push(world, step):
    world.scheduler.crash(begin(world, before=step))
    assert rings(world) == 1


def test_an_owner_who_dies_between_acceptance_and_note(world):
    """The one case in which a phone gets two pushes that were accepted, with the same ids."""
    world.scheduler.crash(begin(world, before="note"))
    assert rings(world) == 2


def test_an_owner_who_dies_after_the_note(world):
    world.register(TOKEN, "sandbox")  # so that there is something to change after the note
    invocation = begin(world, before="update_device")
    assert [step.name for step in invocation.waiting] == ["update_device"]
    world.scheduler.crash(invocation)
    assert rings(world) == 1


def two_phones(world: World) -> Invocation:
    """The first phone has answered and the other one is still being tried."""
    world.true_environments[OTHER_TOKEN] = "production"
    world.register(OTHER_TOKEN, "production")
    first = begin(world, before="push")
    world.scheduler.let(first, first.waiting[0], "answered")
    return first


def test_an_owner_who_dies_after_an_early_note_repeats_no_known_ring(world):
    first = two_phones(world)
    while ready := [step for step in first.waiting if step.name != "push"]:
        world.scheduler.let(first, ready[0])
    world.scheduler.crash(first)
    assert rings(world) == 2


def test_an_owner_who_dies_between_two_notes_repeats_what_was_not_noted(world):
    first = two_phones(world)
    world.scheduler.crash(first)
    assert rings(world) == 3


def test_a_phone_that_registers_between_two_deliveries_is_rung_by_the_second(world):
    world.send([CALL])
    go_on(world, begin(world, before="nothing"))
    world.true_environments[OTHER_TOKEN] = "production"
    world.register(OTHER_TOKEN, "production")
    world.send([CALL])
    assert rings(world) == 2


@pytest.mark.parametrize("step", ["read", "claim", "push"])
def test_an_owner_who_was_stalled_past_its_lease_sends_nothing(world, step):
    first = begin(world, before=step)
    world.clock.pass_ms(7_001)
    world.send([CALL])
    begin(world, before="nothing")
    assert sum(map(len, world.accepted.values())) == 1
    go_on(world, first)
    assert rings(world) == 1


def test_an_owner_who_was_stalled_before_its_note_leaves_the_new_owners(world):
    first = begin(world, before="note")
    world.clock.pass_ms(7_001)
    second = begin(world, before="note")
    go_on(world, first)
    assert world.recorded == set()
    go_on(world, second)
    assert len(world.recorded) == 1
    assert rings(world) == 2


@pytest.mark.parametrize("fate", ["answer lost", "request lost"])
def test_an_unknown_outcome_is_followed_by_another_push(world, fate):
    first = begin(world, before="push")
    world.scheduler.let(first, first.waiting[-1], fate)
    assert rings(world) == (2 if fate == "answer lost" else 1)


def test_cancelled_and_called_again_in_the_same_second(world):
    again = ringing(session_id="again", message_id=12)
    world.ends.add(call_ended(session_id="", message_id=11, at_ms=NOON_MS))
    world.send([CALL, again])
    assert rings(world) == 1
    assert [invocation.call for pushes in world.accepted.values() for _, invocation in pushes] == [again]


@pytest.mark.parametrize(("after_ms", "phones"), [(0, 1), (2_000, 1), (3_000, 0)])
def test_started_before_initiated(world, after_ms, phones):
    """With the newer SDK both sides connect while it still rings."""
    world.ends.add(call_ended(trigger="started", by_uid="", message_id=0, at_ms=NOON_MS + after_ms))
    world.send([CALL])
    assert rings(world) == phones


@pytest.mark.parametrize("again_in", ["production", "sandbox"])
def test_a_correction_does_not_overwrite_a_new_registration(again_in):
    for world in new_world(FakeClaims(), "sandbox"):
        first = begin(world, before="update_device")
        world.register(TOKEN, again_in)
        go_on(world, first)
        assert rings(world) == 1
        assert [device.environment for device in world.devices.devices.values()] == [again_in]


def test_a_device_that_was_dead_and_registers_again_stays(world):
    world.kill_device(TOKEN)
    first = begin(world, before="update_device")
    world.register(TOKEN, "production")
    go_on(world, first)
    world.drain()
    assert [device.token for device in world.devices.devices.values()] == [TOKEN]


class WithoutLease(FakeClaims):
    def may_claim(self, old: RingEntry, now_ms: int) -> bool:
        return True


class WithoutTakeover(FakeClaims):
    def may_claim(self, old: RingEntry, now_ms: int) -> bool:
        return old.lease_until_ms == 0


def test_without_a_lease_two_deliveries_ring_twice():
    """The test above is able to fail."""
    for world in new_world(WithoutLease()):
        with pytest.raises(AssertionError, match="rung twice"):
            test_two_deliveries_at_once(world)


def test_without_a_takeover_a_dead_owner_silences_the_phone():
    for world in new_world(WithoutTakeover()):
        with pytest.raises(AssertionError, match="became stale"):
            test_an_owner_who_dies_before_the_push(world, "push")
