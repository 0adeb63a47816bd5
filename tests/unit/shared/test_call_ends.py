"""Which events mean for which phone that the call need not ring."""

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest

from shared.call_ends import RULES, has_ended, meaning
from shared.call_keys import claim_key, fact_keys
from tests.support.clocks import NOON_MS
from tests.support.push.events import call_ended, fact, ringing

GROUP = {"receiver_type": "group", "receiver_uid": "team", "conversation_id": "group_team", "callee_uid": "bob"}
CALLS: dict[str, dict[str, Any]] = {"user": {}, "group": GROUP}
# Of a call from alice; bob's phones are to ring.
WHO = {"caller": "alice", "callee": "bob", "other": "carol", "nobody": ""}
EARLY_MS, LATE_MS = 2_999, 3_000

# event: to a user, to a group. Each as done by the caller, the callee, somebody else, nobody who is named; E ends the
# call, A answers it, a answers it from the third second on, - means nothing.
TABLE = {
    "cancelled": ("EEEE", "EEEE"),
    "unanswered": ("EEEE", "EEEE"),
    "ended": ("EEEE", "EEEE"),
    "rejected": ("EEEE", "-E--"),
    "busy": ("EEEE", "-E--"),
    "ongoing": ("AAAA", "-A--"),
    "participant_joined": ("-AAa", "-A--"),
    "started": ("aaaa", "----"),
    "something_new": ("----", "----"),
}
MEANS = {"E": "ended", "A": "answered", "a": "answered", "-": None}


def table() -> Iterator[Any]:
    cells = ((trigger, to, letters) for trigger in TABLE for to, letters in zip(CALLS, TABLE[trigger], strict=True))
    for trigger, to, letters in cells:
        for (who, letter), after_ms in product(zip(WHO, letters, strict=True), (-5_000, EARLY_MS, LATE_MS, 40_000)):
            expected = None if letter == "a" and after_ms < LATE_MS else MEANS[letter]
            yield pytest.param(trigger, to, who, after_ms, expected, id=f"{trigger}-{to}-{who}-{after_ms}")


@pytest.mark.parametrize(("trigger", "to", "who", "after_ms", "expected"), list(table()))
def test_the_table(trigger: str, to: str, who: str, after_ms: int, expected: str | None) -> None:
    end = fact(call_ended(trigger=trigger, by_uid=WHO[who], at_ms=NOON_MS + after_ms))

    assert meaning(end, ringing(**CALLS[to])) == expected
    assert has_ended(ringing(**CALLS[to]), [end]) is (expected is not None)


def test_every_event_of_the_rules_is_in_the_table() -> None:
    assert {trigger for rule in RULES for trigger in rule.triggers} == TABLE.keys() - {"something_new"}


@pytest.mark.parametrize("to", CALLS)
@pytest.mark.parametrize("trigger", sorted(TABLE))
def test_what_one_recipient_is_told_says_nothing_to_another(trigger: str, to: str) -> None:
    """CometChat's custom provider tells each recipient for themselves."""
    end = fact(call_ended(trigger=trigger, by_uid="bob", callee_uid="bob", at_ms=NOON_MS + 40_000))
    told_carol = fact(call_ended(trigger=trigger, by_uid="bob", callee_uid="carol", at_ms=NOON_MS + 40_000))

    assert meaning(end, ringing(**CALLS[to])) == meaning(
        fact(call_ended(**_without_recipient(trigger))), ringing(**CALLS[to])
    )
    assert meaning(told_carol, ringing(**CALLS[to])) is None


def _without_recipient(trigger: str) -> dict[str, Any]:
    return {"trigger": trigger, "by_uid": "bob", "at_ms": NOON_MS + 40_000}


def test_a_group_call_that_goes_on_rings_on_for_those_who_have_not_joined() -> None:
    """All members are told; `sender` is who joined."""
    told_bob = fact(call_ended(trigger="ongoing", by_uid="carol", callee_uid="bob"))
    told_carol = fact(call_ended(trigger="ongoing", by_uid="carol", callee_uid="carol"))

    assert not has_ended(ringing(**GROUP), [told_bob, told_carol])
    assert has_ended(ringing(**GROUP | {"callee_uid": "carol"}), [told_bob, told_carol])


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


@pytest.mark.parametrize("change", [{"initiated_at_ms": NOON_MS + 1_000}, {"message_id": 101}, {"caller_uid": "carol"}])
def test_calls_without_a_session_are_told_apart_by_time_message_and_caller(change: dict[str, Any]) -> None:
    """Within a second somebody may give up and call again."""
    assert claim_key(ringing(session_id="")) != claim_key(ringing(session_id="", **change))
