"""What is known of a call's phones, and how it is written down."""

import asyncio
import time
from threading import Lock

import pytest
from botocore.exceptions import ConnectTimeoutError

from push.call_notes import CallNotes
from push.claims import RESERVED_PUSHES
from push.ports import Deadlines
from shared.call_events import CallRinging
from shared.log_messages import LogMessage
from shared.redaction import describe
from shared.ring_items import Phones, PhoneState
from tests.support.aws.secrets_manager import client_error
from tests.support.clocks import NOON_MS, MovedClock
from tests.support.observed import observed
from tests.support.push.fakes import FakeClaims
from tests.support.push.rings import ring_of

DEADLINES = Deadlines.of_invocation(NOON_MS + 6_000)
RUNG = PhoneState("rung", pushes=1)


class Claims(FakeClaims):
    """Whose answer to every note is `answers`, an exception or whether the call is ours."""

    def __init__(self, answers: bool | Exception = True) -> None:
        super().__init__()
        self.notes: list[tuple[dict[str, PhoneState], int, int]] = []
        self.are_side_by_side = False
        self._answers = answers
        self._one = Lock()

    def note(self, call: CallRinging, phones: Phones, *, owner: str, reserved: int, lease_until_ms: int) -> bool:
        self.are_side_by_side |= not self._one.acquire(blocking=False)
        # Long enough for another one to begin.
        time.sleep(0.01)
        if not self.are_side_by_side:
            self._one.release()
        self.notes.append((dict(phones), reserved, lease_until_ms))
        if isinstance(self._answers, Exception):
            raise self._answers
        return self._answers


def notes_of(
    claims: Claims, clock: MovedClock, phones: dict[str, PhoneState] | None = None, deadlines: Deadlines = DEADLINES
) -> CallNotes:
    return CallNotes(ring_of(clock, claims=claims, deadlines=deadlines), phones or {})


def test_of_a_phone_that_is_new_nothing_is_known(clock):
    notes = notes_of(Claims(), clock, {"old": RUNG})
    assert (notes["old"], notes["new"]) == (RUNG, PhoneState())


def test_a_reservation_notes_all_that_is_known_and_keeps_the_lease(clock):
    claims = Claims()
    notes = notes_of(claims, clock, {"old": RUNG})
    notes["new"] = PhoneState(pushes=2)
    assert asyncio.run(notes.reserve())
    assert claims.notes == [
        ({"old": RUNG, "new": PhoneState(pushes=2)}, RESERVED_PUSHES, DEADLINES.lease_until_ms),
    ]


@pytest.mark.parametrize(
    "refusal", [False, client_error("ThrottlingException", "UpdateItem"), ConnectTimeoutError(endpoint_url="table")]
)
def test_a_reservation_that_is_not_known_to_be_noted_is_none(clock, refusal):
    assert not asyncio.run(notes_of(Claims(refusal), clock).reserve())


def test_giving_back_reserves_nothing_and_ends_the_lease(clock):
    claims = Claims()
    asyncio.run(notes_of(claims, clock, {"old": RUNG}).give_back())
    assert claims.notes == [({"old": RUNG}, 0, 0)]


@pytest.mark.parametrize(
    ("is_ours", "said"),
    [(True, []), (False, [(LogMessage.CALL_NOT_RECORDED, "another delivery has claimed the call")])],
)
def test_a_call_is_given_back_once_whoever_has_it(clock, is_ours, said):
    claims = Claims(is_ours)
    with observed() as seen:
        asyncio.run(notes_of(claims, clock).give_back())
    assert len(claims.notes) == 1
    assert [(line["message"], line["detail"]) for line in seen.log] == said


# With the second one the time would be over exactly after another pause.
@pytest.mark.parametrize("remaining_ms", [6_000, 6_100])
def test_giving_back_is_tried_until_the_invocation_ends_and_not_longer(clock, slept, remaining_ms):
    error = client_error("ThrottlingException", "UpdateItem")
    claims, deadlines = Claims(error), Deadlines.of_invocation(NOON_MS + remaining_ms)
    with observed() as seen:
        asyncio.run(notes_of(claims, clock, deadlines=deadlines).give_back())
    assert len(claims.notes) == 29
    assert deadlines.record_until_ms - 200 <= clock() < deadlines.record_until_ms
    assert set(slept) == {0.2}
    assert [(line["message"], line["detail"]) for line in seen.log] == [(LogMessage.CALL_NOT_RECORDED, describe(error))]


def test_notes_follow_each_other(clock):
    claims = Claims()
    notes = notes_of(claims, clock)

    async def note() -> None:
        await asyncio.gather(notes.reserve(), notes.reserve(), notes.give_back())

    asyncio.run(note())
    assert len(claims.notes) == 3
    assert not claims.are_side_by_side
