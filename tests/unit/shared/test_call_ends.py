"""Which facts silence which phone."""

import pytest

from shared.call_ends import has_ended
from shared.call_keys import claim_key, fact_keys
from tests.support.clocks import NOON_MS
from tests.support.push.events import call_ended, fact, ringing

GROUP = {"receiver_type": "group", "receiver_uid": "team", "conversation_id": "group_team", "callee_uid": "bob"}
EVERY_TRIGGER = ("cancelled", "unanswered", "ended", "rejected", "busy", "started", "participant_joined", "ongoing")
FOR_EVERYBODY = ("cancelled", "unanswered", "ended")
ONE_MEMBERS_OWN = ("rejected", "busy", "started", "participant_joined")


@pytest.mark.parametrize("by_uid", ["alice", "bob", ""])
@pytest.mark.parametrize("trigger", EVERY_TRIGGER)
def test_any_fact_about_the_session_ends_a_one_to_one_call(trigger, by_uid):
    assert has_ended(ringing(), [fact(call_ended(trigger=trigger, by_uid=by_uid))])


@pytest.mark.parametrize("by_uid", ["alice", "carol", ""])
@pytest.mark.parametrize("trigger", FOR_EVERYBODY)
def test_a_group_call_that_has_ended_has_ended_for_everybody(trigger, by_uid):
    assert has_ended(ringing(**GROUP), [fact(call_ended(trigger=trigger, by_uid=by_uid))])


@pytest.mark.parametrize("trigger", ONE_MEMBERS_OWN)
def test_what_one_member_of_a_group_does_silences_that_member_alone(trigger):
    facts = [fact(call_ended(trigger=trigger, by_uid="bob"))]
    assert has_ended(ringing(**GROUP), facts)
    assert not has_ended(ringing(**GROUP | {"callee_uid": "carol"}), facts)
    assert not has_ended(ringing(**GROUP), [fact(call_ended(trigger=trigger, by_uid=""))])


@pytest.mark.parametrize("receiver", [{}, GROUP])
@pytest.mark.parametrize("trigger", EVERY_TRIGGER)
def test_the_custom_provider_speaks_of_one_recipient(trigger, receiver):
    facts = [fact(call_ended(trigger=trigger, by_uid="", callee_uid="bob"))]
    assert has_ended(ringing(**receiver), facts)
    assert not has_ended(ringing(**receiver | {"callee_uid": "carol"}), facts)


def test_a_fact_about_the_session_counts_whatever_its_time():
    """`call_started` may come first, and clocks differ."""
    assert has_ended(ringing(), [fact(call_ended(trigger="started", at_ms=NOON_MS - 5_000, message_id=1))])


@pytest.mark.parametrize("has_session", [True, False])
@pytest.mark.parametrize(
    ("later_by_ms", "call_message", "fact_message", "ends"),
    [
        (2_000, 100, 99, True),
        (-1_000, 100, 101, False),
        (-86_400_000, 0, 0, False),
        # In one and the same second, message ids tell; without them the call counts as over.
        (0, 100, 101, True),
        (0, 100, 99, False),
        (0, 100, 100, False),
        (0, 100, 0, True),
        (0, 0, 99, True),
        (0, 0, 0, True),
        (-400, 100, 99, False),
        (-400, 100, 101, True),
        (900, 100, 99, True),
        (400, 100, 99, False),
    ],
)
def test_without_a_session_id_only_a_later_fact_counts(later_by_ms, call_message, fact_message, ends, has_session):
    session = {} if has_session else {"session_id": ""}
    call = ringing(initiated_at_ms=NOON_MS + 500, message_id=call_message, **session)
    known = fact(call_ended(session_id="", at_ms=NOON_MS + 500 + later_by_ms, message_id=fact_message))
    assert has_ended(call, [known]) is ends


def test_one_fact_among_many_is_enough_and_none_is_not():
    stale = [fact(call_ended(session_id="", at_ms=NOON_MS - 60_000, by_uid=str(number))) for number in range(3)]
    assert not has_ended(ringing(), [])
    assert not has_ended(ringing(), stale)
    assert has_ended(ringing(), [*stale, fact(call_ended())])


@pytest.mark.parametrize(
    ("call", "event", "found"),
    [
        ({}, {}, True),
        ({}, {"session_id": ""}, True),
        ({"session_id": ""}, {"session_id": ""}, True),
        # Only the conversation connects these two.
        ({"session_id": ""}, {}, True),
        ({"session_id": ""}, {"conversation_id": ""}, False),
        ({"session_id": ""}, {"caller_uid": ""}, False),
        ({}, {"session_id": "another", "conversation_id": "another"}, False),
        ({}, {"session_id": "", "conversation_id": "another"}, False),
        ({}, {"session_id": "", "caller_uid": "bob"}, False),
        ({"conversation_id": ""}, {"session_id": ""}, False),
        ({"conversation_id": ""}, {"conversation_id": ""}, True),
    ],
)
def test_an_end_is_looked_up_where_it_is_kept(call, event, found):
    assert bool({*fact_keys(call_ended(**event))} & {*fact_keys(ringing(**call))}) is found


@pytest.mark.parametrize("later_by_ms", [-60_000, 0, 60_000])
def test_an_end_of_another_session_in_the_same_conversation_ends_nothing(later_by_ms):
    """Cancelled and called again; then the callee's phone reports busy to the first call."""
    busy = fact(call_ended(trigger="busy", session_id="the first call", at_ms=NOON_MS + later_by_ms, by_uid="bob"))
    assert not has_ended(ringing(session_id="the second call"), [busy])
    assert has_ended(ringing(session_id="the first call"), [busy])


@pytest.mark.parametrize(("later_by_ms", "ends"), [(2_000, True), (-2_000, False)])
def test_where_the_call_knows_no_session_the_time_decides(later_by_ms, ends):
    assert has_ended(ringing(session_id=""), [fact(call_ended(at_ms=NOON_MS + later_by_ms))]) is ends


def test_a_call_has_one_claim_however_often_it_comes():
    assert claim_key(ringing()) == claim_key(ringing(received_at_ms=1, message_id=0, initiated_at_ms=1))
    assert claim_key(ringing(session_id="")) == claim_key(ringing(session_id="", received_at_ms=1))
    assert claim_key(ringing(session_id="")) != claim_key(ringing(session_id="", initiated_at_ms=NOON_MS + 1_000))
