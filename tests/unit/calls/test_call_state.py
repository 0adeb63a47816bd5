"""What ended the ringing of a call, as its other phones see it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls.call_state import call_state
from shared.call_ends import has_ended
from tests.support.clocks import NOON_MS
from tests.support.functions.calls import RING_ENDS_AT_MS, end, ring

TRIGGERS = ["cancelled", "unanswered", "rejected", "busy", "ended", "started", "participant_joined", "ongoing"]


def state(*ends: Any, now_ms: int = NOON_MS + 5_000, **changes: Any) -> tuple[str, str]:
    found = call_state(ring(**changes), ends, now_ms=now_ms)
    assert found.expires_at_ms == RING_ENDS_AT_MS
    return found.state, found.reason


def test_a_call_of_which_nothing_has_been_heard_rings_until_its_time_is_over() -> None:
    assert state() == ("ringing", "")
    assert state(now_ms=RING_ENDS_AT_MS - 1) == ("ringing", "")
    assert state(now_ms=RING_ENDS_AT_MS) == ("ended", "expired")


@pytest.mark.parametrize(
    ("trigger", "expected"),
    [
        ("cancelled", "ended"),
        ("unanswered", "ended"),
        ("rejected", "ended"),
        ("busy", "ended"),
        ("ended", "ended"),
        ("started", "answered"),
        ("participant_joined", "answered"),
        ("ongoing", "answered"),
    ],
)
def test_an_event_that_ends_the_ringing(trigger: str, expected: str) -> None:
    assert state(end(trigger, by_uid="bob")) == (expected, trigger)


def test_a_phone_that_rings_did_not_answer_even_if_the_call_is_over_meanwhile() -> None:
    answered, hung_up = end("participant_joined", by_uid="bob"), end("ended", at_ms=NOON_MS + 9_000)

    assert state(answered, hung_up) == state(hung_up, answered) == ("answered", "participant_joined")


def test_the_first_of_several_ends_is_the_reason() -> None:
    cancelled, ended = end("cancelled", at_ms=NOON_MS + 2_000), end("ended", at_ms=NOON_MS + 3_000)

    assert state(ended, cancelled) == ("ended", "cancelled")


def test_in_a_group_the_answer_of_another_member_leaves_it_ringing() -> None:
    assert state(end("participant_joined", by_uid="carol"), receiver_type="group") == ("ringing", "")
    assert state(end("participant_joined", by_uid="bob"), receiver_type="group") == ("answered", "participant_joined")


def test_an_end_of_an_earlier_call_in_the_conversation_is_no_end_of_this_one() -> None:
    earlier = end("cancelled", at_ms=NOON_MS - 60_000, of_this_session=False)

    assert state(earlier) == ("ringing", "")


@given(
    st.lists(
        st.builds(
            end,
            st.sampled_from(TRIGGERS),
            by_uid=st.sampled_from(["", "alice", "bob", "carol"]),
            at_ms=st.integers(NOON_MS - 10_000, NOON_MS + 10_000),
            of_this_session=st.booleans(),
        )
    ),
    st.sampled_from(["user", "group"]),
)
def test_it_rings_exactly_as_long_as_push_would_ring_it(ends: list[Any], receiver_type: str) -> None:
    rings = state(*ends, receiver_type=receiver_type)[0] == "ringing"

    assert rings is not has_ended(ring(receiver_type=receiver_type), ends)
