"""What make chaos demands of the phones: each demand finds what it is there to find."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from shared.ring_items import PhoneState
from tests.programs.chaos.phones import Phone, check_budget, check_ends, check_repeats, check_rings
from tests.programs.chaos.plan import Device, Kind, PlannedCall
from tests.programs.chaos.pushes import Interruptions, by_pair
from tests.programs.chaos.reconciliation import Reconciliation

AT_MS = 1_764_000_000_000
CALL = PlannedCall(0, Kind.ORDINARY, "session", "alice", ("bob",), "", (0.0,), False, 0.0)
DEVICE = Device("ab" * 32, False, "production", "production", False)
QUIET = Interruptions([], [])


def push(ending: str = "answered", at_ms: int = 0, **changes: Any) -> dict[str, Any]:
    """At APNs: a 200 unless it is said otherwise."""
    answered = ending == "answered"
    return {
        "payload": {"sessionId": "session", "uuid": "one", "expiresAt": AT_MS + 40_000},
        "device_token": DEVICE.token,
        "apns_id": "one",
        "accepted": True,
        "ending": ending,
        "status": 200 if answered else None,
        "received_at_ms": AT_MS + at_ms,
        "answered_at_ms": AT_MS + at_ms if answered else None,
        "connection_id": 1,
        "fault_id": None,
    } | changes


def phone(
    *pushes: dict[str, Any], outcome: str = "rung", noted: int = 0, kind: Kind = Kind.ORDINARY, **device: Any
) -> Phone:
    """`noted`: pushes, if not those that APNs saw."""
    unknown = any(push["ending"] != "answered" for push in pushes)
    state = PhoneState(outcome, noted or len(pushes), unknown)
    return Phone(replace(CALL, kind=kind), replace(DEVICE, **device), pushes, state)


BUSY = {"status": 503, "accepted": False}
LOST = {"ending": "reset", "accepted": False}


def problems(check: Callable[..., Any], *arguments: Any) -> list[str]:
    reconciliation = Reconciliation()
    check(reconciliation, *arguments)
    return [problem.split(":")[0].strip() for problem in reconciliation.problems]


@pytest.mark.parametrize(
    ("seen", "wrong"),
    [
        (phone(push()), []),
        (phone(push(**BUSY), push()), []),
        (phone(), ["that did not"]),
        (phone(push(**BUSY)), ["that did not"]),
        (phone(*[push(**BUSY)] * 6, outcome="unconfirmed"), []),
        (phone(*[push(**BUSY)] * 5, outcome="unconfirmed"), ["that did not"]),
        (phone(*[push(**BUSY)] * 6, outcome=""), ["that did not"]),
        (phone(push(**LOST), push(**LOST), outcome="unconfirmed"), []),
        (phone(push(**LOST), outcome="unconfirmed"), ["that did not"]),
        # The other one was written into a connection that was just ending.
        (phone(push(**LOST), outcome="unconfirmed", noted=2), []),
        (phone(push(**LOST), outcome="unconfirmed", noted=3), ["that did not"]),
        (phone(push(**BUSY), outcome="unconfirmed", noted=2), ["that did not"]),
        (phone(outcome="unconfirmed", noted=6), ["that did not"]),
        # The wait before the fourth push takes 3 s, give or take a quarter.
        (phone(*[push(at_ms=36_250, **BUSY)] * 3, outcome=""), []),
        (phone(*[push(at_ms=36_249, **BUSY)] * 3, outcome=""), ["that did not"]),
        (phone(*[push(at_ms=36_250, **BUSY)] * 3, outcome="dead token"), ["that did not"]),
        (phone(dead=True), []),
        (phone(push(), dead=True), ["rung and should not have"]),
        (phone(push(**BUSY), refused=True), []),
        (phone(kind=Kind.STALE), []),
        (phone(push(), kind=Kind.STALE), ["rung and should not have"]),
        (phone(push(), kind=Kind.ENDED_BEFORE), ["rung and should not have"]),
        (phone(push(), kind=Kind.ENDED_DURING), []),
        (phone(kind=Kind.ENDED_DURING), []),
    ],
)
def test_who_rings(seen, wrong):
    assert problems(check_rings, [seen], QUIET) == wrong


def test_an_owner_who_was_killed_may_have_used_up_two_pushes():
    seen = phone(*[push(**BUSY)] * 3, outcome="unconfirmed", noted=6)
    assert problems(check_rings, [seen], Interruptions([AT_MS], [])) == []
    assert problems(check_rings, [seen], Interruptions([AT_MS - 5_001], [])) == ["that did not"]


RESET = push("closed", connection_id=1)


@pytest.mark.parametrize(
    ("pushes", "interruptions", "wrong"),
    [
        ([push()], QUIET, []),
        ([push(), push()], QUIET, ["rung twice without need"]),
        ([push("silence"), push()], QUIET, []),
        ([push("silence"), push("reset"), push()], QUIET, ["more than once"]),
        ([push("connection_lost"), push()], QUIET, []),
        ([push(), push()], Interruptions([AT_MS + 1_500], []), []),
        ([push(), push()], Interruptions([AT_MS + 1_501], []), ["rung twice without need"]),
        ([push(), push()], Interruptions([AT_MS - 1_000], []), []),
        ([push(), push()], Interruptions([AT_MS - 1_001], []), ["rung twice without need"]),
        ([push(), push()], Interruptions([AT_MS + 4_000], [], [(AT_MS + 1_000, AT_MS + 2_500)]), []),
        (
            [push(), push()],
            Interruptions([AT_MS + 4_001], [], [(AT_MS + 1_000, AT_MS + 2_500)]),
            ["rung twice without need"],
        ),
        (
            [push(), push()],
            Interruptions([AT_MS + 4_000], [], [(AT_MS - 1_500, AT_MS - 1)]),
            ["rung twice without need"],
        ),
        ([push(), push()], Interruptions([], [RESET]), []),
        ([push(connection_id=2), push()], Interruptions([], [RESET]), ["rung twice without need"]),
        ([push("silence"), push(apns_id="two")], QUIET, ["other uuid or apns-id than before"]),
    ],
)
def test_who_rings_again(pushes, interruptions, wrong):
    assert problems(check_repeats, [phone(*pushes)], interruptions) == wrong


def test_repeats_of_invocations_that_lived_are_to_be_counted():
    seen = [phone(push("silence"), push(at_ms=5_000), push(at_ms=20_000))]
    assert check_repeats(Reconciliation(), seen, QUIET) == 2
    assert check_repeats(Reconciliation(), seen, Interruptions([AT_MS + 7_000], [])) == 1


def test_pushes_after_a_200_are_shown():
    reconciliation = Reconciliation()
    check_repeats(reconciliation, [phone(push(**BUSY), push(), push(**BUSY), push())], QUIET)
    assert ("pushes repeated after they were answered with 200", "2") in reconciliation.rows


def test_a_phone_gets_at_most_six_pushes():
    assert problems(check_budget, [phone(*[push(**BUSY)] * 6)]) == []
    assert problems(check_budget, [phone(*[push(**BUSY)] * 7)]) == ["phones with more than allowed"]


def test_streams_that_apns_returned_are_no_pushes():
    returned = [push("refused", accepted=False), push("goaway", accepted=False)]
    assert list(by_pair([*returned, push()]).values()) == [[push()]]


def test_an_end_that_was_noted_holds():
    seen = [phone(push(at_ms=1_250), kind=Kind.ENDED_DURING)]
    assert problems(check_ends, seen, {"session": AT_MS}) == []
    assert problems(check_ends, seen, {"session": AT_MS - 1}) == ["pushes later than 0.5 s"]
    assert problems(check_ends, seen, {}) == []
