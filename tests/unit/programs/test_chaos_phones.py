"""What make chaos demands of the phones: each demand finds what it is there to find."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from shared.ring_items import PhoneState
from tests.programs.chaos.phones import Phone, check_budget, check_ends, check_repeats, check_rings
from tests.programs.chaos.plan import Device, Kind, PlannedCall
from tests.programs.chaos.push_log import PushLog, Said, Verdict, known_at_ms
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
        "sequence": at_ms,
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
    *pushes: dict[str, Any],
    outcome: str = "rung",
    noted: int = 0,
    kind: Kind = Kind.ORDINARY,
    said: Said | None = None,
    **device: Any,
) -> Phone:
    """`noted`: pushes, if not those that APNs saw. Each push got a verdict at once unless `said` has others."""
    unknown = any(push["ending"] != "answered" for push in pushes)
    state = PhoneState(outcome, noted or len(pushes), unknown)
    said = said or Said([Verdict(push["received_at_ms"], 1) for push in pushes])
    return Phone(replace(CALL, kind=kind), replace(DEVICE, **device), pushes, state, said)


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
# The verdicts in the log on pushes at 0 s, and at 8 s by another sender.
BOTH = Said([Verdict(AT_MS, 1), Verdict(AT_MS + 8_000, 1)])
LAST = Said([Verdict(AT_MS + 8_000, 1)])
UNRECORDED = Said(BOTH.verdicts, [AT_MS + 1_000])


@pytest.mark.parametrize(
    ("pushes", "said", "interruptions", "wrong"),
    [
        ([push()], BOTH, QUIET, []),
        ([push(), push(at_ms=8_000)], BOTH, QUIET, ["rung twice without need"]),
        ([push("silence"), push(at_ms=8_000)], BOTH, QUIET, []),
        ([push("silence", accepted=False), push(at_ms=8_000)], BOTH, QUIET, []),
        # Killed before its verdict, whether or not APNs had answered by then.
        ([push(), push(at_ms=8_000)], LAST, Interruptions([AT_MS + 6_500], []), []),
        ([push("silence"), push(at_ms=8_000)], LAST, Interruptions([AT_MS], []), []),
        # Killed between the verdict and its note.
        ([push(), push(at_ms=8_000)], BOTH, Interruptions([AT_MS + 1_500], []), []),
        ([push(), push(at_ms=8_000)], BOTH, Interruptions([AT_MS + 1_501], []), ["rung twice without need"]),
        ([push(), push(at_ms=8_000)], BOTH, Interruptions([AT_MS - 1], []), ["rung twice without need"]),
        # The same while AWS hung.
        (
            [push(), push(at_ms=8_000)],
            BOTH,
            Interruptions([AT_MS + 4_000], [], [(AT_MS + 1_000, AT_MS + 2_500)]),
            [],
        ),
        (
            [push(), push(at_ms=8_000)],
            BOTH,
            Interruptions([AT_MS + 4_001], [], [(AT_MS + 1_000, AT_MS + 2_500)]),
            ["rung twice without need"],
        ),
        (
            [push(), push(at_ms=8_000)],
            BOTH,
            Interruptions([AT_MS + 4_000], [], [(AT_MS - 1_500, AT_MS - 1)]),
            ["rung twice without need"],
        ),
        # It could not write its note.
        ([push(), push(at_ms=8_000)], UNRECORDED, QUIET, []),
        (
            [push(), push(at_ms=8_000)],
            replace(UNRECORDED, not_recorded_at_ms=[AT_MS + 1_501]),
            QUIET,
            ["rung twice without need"],
        ),
        # It may not have read the answer.
        ([push(), push(at_ms=8_000)], BOTH, Interruptions([], [RESET]), []),
        ([push(connection_id=2), push(at_ms=8_000)], BOTH, Interruptions([], [RESET]), ["rung twice without need"]),
        ([push("silence"), push(at_ms=8_000, apns_id="two")], BOTH, QUIET, ["other uuid or apns-id than before"]),
    ],
)
def test_who_rings_again(pushes, said, interruptions, wrong):
    assert problems(check_repeats, [phone(*pushes, said=said)], interruptions) == wrong


@pytest.mark.parametrize(
    ("said", "killed_at_ms", "wrong"),
    [
        (Said([Verdict(AT_MS + 5_000, 2), Verdict(AT_MS + 8_000, 1)]), [], ["more than once"]),
        (Said([Verdict(AT_MS, 1), Verdict(AT_MS + 8_000, 1)]), [AT_MS + 1_600], []),
        (LAST, [AT_MS + 900], []),
        (LAST, [], ["pushes whose senders vanished and were not killed"]),
        (Said([Verdict(AT_MS + 5_000, 2), Verdict(AT_MS + 8_000, 1)]), [AT_MS + 4_999], ["more than once"]),
        (Said([Verdict(AT_MS + 5_000, 2), Verdict(AT_MS + 8_000, 1)], [AT_MS + 5_700]), [], []),
    ],
)
def test_a_third_push_needs_a_sender_who_could_not_note_the_second(said, killed_at_ms, wrong):
    seen = phone(push("closed"), push("silence", at_ms=200), push(at_ms=8_000), said=said)
    assert problems(check_repeats, [seen], Interruptions(killed_at_ms, [])) == wrong


@pytest.mark.parametrize(
    ("verdicts", "known"),
    [
        ([], {}),
        ([(AT_MS + 5_000, 0)], {}),
        ([(AT_MS + 5_000, 1)], {200: AT_MS + 5_000}),
        ([(AT_MS + 5_000, 2)], {0: AT_MS + 5_000, 200: AT_MS + 5_000}),
        # One was written into a connection that was just ending.
        ([(AT_MS + 5_000, 3)], {0: AT_MS + 5_000, 200: AT_MS + 5_000}),
        ([(AT_MS + 100, 1), (AT_MS + 5_000, 1)], {0: AT_MS + 100, 200: AT_MS + 5_000}),
        ([(AT_MS + 5_000, 1), (AT_MS + 100, 1)], {0: AT_MS + 100, 200: AT_MS + 5_000}),
        # An invocation is over by then.
        ([(AT_MS + 6_501, 2)], {200: AT_MS + 6_501}),
        ([(AT_MS + 6_500, 2)], {0: AT_MS + 6_500, 200: AT_MS + 6_500}),
    ],
)
def test_a_verdict_is_about_the_last_pushes_before_it(verdicts, known):
    pushes = [push(), push(at_ms=200)]
    assert known_at_ms(pushes, [Verdict(*verdict) for verdict in verdicts]) == known


def test_what_the_push_function_has_logged():
    log = PushLog(
        [
            "START RequestId",
            "17",
            '{"message": "call settled", "correlation_id": "c1", "call": "aa",'
            ' "timestamp": "2025-11-24T16:00:00.300+00:00"}',
            '{"message": "push accepted", "call": "aa", "device": "dd", "sends": 2,'
            ' "timestamp": "2025-11-24T16:00:00.250+00:00"}',
            '{"message": "push failed", "call": "aa", "device": "ee", "sends": 1,'
            ' "timestamp": "2025-11-24T16:00:00.001+00:00"}',
            '{"message": "device not rung", "call": "bb", "device": "dd", "sends": 0,'
            ' "timestamp": "2025-11-24T16:00:01.000+00:00"}',
            '{"message": "could not record the call\'s result", "call": "bb",'
            ' "timestamp": "2025-11-24T16:00:02.000+00:00"}',
        ]
    )
    assert log.settled == {"c1"}
    assert log.said_of("aa", "dd") == Said([Verdict(AT_MS + 250, 2)], [])
    assert log.said_of("aa", "ee") == Said([Verdict(AT_MS + 1, 1)], [])
    assert log.said_of("bb", "dd") == Said([Verdict(AT_MS + 1_000, 0)], [AT_MS + 2_000])
    assert log.said_of("bb", "ee") == Said([], [AT_MS + 2_000])


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
