"""One phone: how often it is pushed, where, and when that ends."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from push.apns.client import VoipPush
from push.apns.outcomes import Accepted, CannotSend, NotSent, NotTaken, Outcome, Rejected, Unknown
from push.delivery import GAPS_S, MAX_PUSHES, Delivery
from push.ports import Deadlines
from push.results import Verdict
from shared.call_results import CallResult
from shared.ring_items import PhoneState
from tests.support.clocks import MovedClock
from tests.support.push.events import TOKEN, TOPIC
from tests.support.push.fakes import ScriptedApns, rejected
from tests.support.push.rings import ring_of

PUSH = VoipPush(TOKEN, TOPIC, "apns-id-1", b"{}", 0)
BAD_TOKEN = rejected(400, "BadDeviceToken")
BUSY = rejected(503, "ServiceUnavailable")
TOO_MANY = rejected(429, "TooManyRequests")

pytestmark = pytest.mark.usefixtures("slept")


class Notes(dict[str, PhoneState]):
    """`refuses` from that reservation on."""

    def __init__(self, state: PhoneState, refuses: int = 99) -> None:
        super().__init__(phone=state)
        self.reserved: list[int] = []
        self._refuses = refuses

    async def reserve(self) -> bool:
        self.reserved.append(self["phone"].pushes)
        return len(self.reserved) < self._refuses


class StillRinging:
    """Answers each check with the next of these, and then with the last one for ever."""

    def __init__(self, *answers: bool | None) -> None:
        self._answers = list(answers) or [True]
        self.write_within_s = 0.5

    async def check(self) -> bool | None:
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


class Delivered:
    """What became of a push under a script of outcomes."""

    def __init__(
        self,
        clock: MovedClock,
        script: Any,
        *,
        within_ms: int = 60_000,
        state: PhoneState | None = None,
        still_ringing: StillRinging | None = None,
        may_have_rung: bool = False,
        refuses: int = 99,
        **options: Any,
    ) -> None:
        self.apns = ScriptedApns(script, clock, **options)
        self.notes = Notes(state or PhoneState(), refuses)
        deadlines = replace(Deadlines.of_invocation(clock() + within_ms), send_until_ms=clock() + within_ms)
        delivery = Delivery(
            ring_of(clock, apns=self.apns, deadlines=deadlines),
            PUSH,
            "production",
            "phone",
            notes=self.notes,
            still_ringing=still_ringing or StillRinging(),
            may_have_rung=may_have_rung,
        )
        self.verdict: Verdict = asyncio.run(delivery.run())
        self.state = self.notes["phone"]


@pytest.mark.parametrize(
    ("script", "steps"),
    [
        ([Accepted()], []),
        ([TOO_MANY, Accepted()], []),
        ([rejected(500, "InternalServerError"), Accepted()], []),
        ([NotSent("ConnectError"), Accepted()], []),
        ([BUSY, Accepted()], ["new connection production"]),
        ([rejected(429, "TooManyProviderTokenUpdates"), Accepted()], ["new connection production"]),
        ([rejected(403, "ExpiredProviderToken"), Accepted()], ["new provider token production"]),
        ([rejected(403, "InvalidProviderToken"), Accepted()], ["read key again production"]),
        ([rejected(403, "BadEnvironmentKeyInToken"), Accepted()], ["read key again production"]),
    ],
)
def test_what_is_done_before_the_push_that_succeeds(clock, script, steps):
    done = Delivered(clock, script)
    attempts = ["push production"] * len(script)
    assert done.apns.steps == [attempts[0], *steps, *attempts[1:]]
    assert done.verdict.result is CallResult.RUNG
    assert done.verdict.sent == done.state.pushes == len(script) - script.count(NotSent("ConnectError"))


@pytest.mark.parametrize(
    ("outcome", "result"),
    [
        (rejected(410, "Unregistered", 1), CallResult.DEAD),
        (rejected(400, "DeviceTokenNotForTopic"), CallResult.QUARANTINED),
        (rejected(400, "TopicDisallowed"), CallResult.UNDELIVERABLE),
        (rejected(413, "PayloadTooLarge"), CallResult.UNDELIVERABLE),
        (rejected(403, "Forbidden"), CallResult.UNDELIVERABLE),
        (rejected(404, ""), CallResult.UNDELIVERABLE),
        (CannotSend("no key"), CallResult.UNDELIVERABLE),
    ],
)
def test_what_nothing_helps_against_is_tried_once(clock, outcome, result):
    done = Delivered(clock, [outcome, Accepted()])
    assert (done.verdict.result, done.verdict.outcome) == (result, outcome)
    assert done.apns.steps == ["push production"]


def test_what_apns_said_is_the_reason():
    assert Verdict(None, rejected(403, "Forbidden"), "production").reason == "APNs answered 403 Forbidden"
    assert Verdict(None, CannotSend("no key"), "production").reason == "no key"
    assert Verdict(None, Accepted(), "production").reason == ""


def test_every_push_has_the_same_ids(clock):
    done = Delivered(clock, [BUSY, Unknown("ReadError"), BAD_TOKEN, Accepted()])
    assert [push for push, _, _ in done.apns.pushes] == [PUSH] * 4


# The budget


@pytest.mark.parametrize("outcome", [BUSY, rejected(500, "InternalServerError")])
def test_pushes_leave_at_0_and_0_2_and_1_and_4_and_12_and_30_s(clock, slept, outcome):
    done = Delivered(clock, [outcome])
    assert slept[0] == 0
    assert [round(wait_s / gap_s, 2) for wait_s, gap_s in zip(slept[1:], GAPS_S, strict=True)] == pytest.approx(
        [1] * 5, abs=0.26
    )
    assert len(done.apns.pushes) == MAX_PUSHES == 6
    assert done.verdict.result is CallResult.UNCONFIRMED


def test_senders_that_failed_together_do_not_come_back_together(clock, slept):
    for _ in range(20):
        Delivered(clock, [BUSY, Accepted()])
    waits = {wait_s for wait_s in slept if wait_s}
    assert len(waits) > 10
    assert all(0.15 <= wait_s <= 0.25 for wait_s in waits)


def test_too_many_requests_are_answered_with_patience(clock, slept):
    Delivered(clock, [TOO_MANY, TOO_MANY, Accepted()])
    assert slept[1] >= GAPS_S[1]


@pytest.mark.parametrize("pushes", range(7))
def test_pushes_of_former_deliveries_count(clock, pushes):
    done = Delivered(clock, [BUSY], state=PhoneState(pushes=pushes))
    assert len(done.apns.pushes) == 6 - min(pushes, 6)


def test_what_did_not_leave_does_not_count(clock):
    done = Delivered(clock, [*[NotSent("no connection")] * 20, Accepted()])
    assert done.verdict.result is CallResult.RUNG
    assert done.state == PhoneState(pushes=1)


def test_what_apns_hands_back_again_and_again_counts(clock):
    done = Delivered(clock, [NotTaken("RequestReturned")])
    assert len(done.apns.pushes) == done.state.pushes == 6
    assert done.verdict.result is CallResult.UNCONFIRMED
    assert not done.state.unknown


def test_two_pushes_are_reserved_by_the_claim_and_each_further_one_by_a_note(clock):
    done = Delivered(clock, [BUSY])
    assert done.notes.reserved == [2, 3, 4, 5]


def test_without_a_reservation_nothing_is_sent(clock):
    done = Delivered(clock, [BUSY], refuses=2)
    assert (done.verdict.result, done.verdict.not_before_ms) == (None, 0)
    assert len(done.apns.pushes) == 3


# Unknown outcomes


@pytest.mark.parametrize(
    ("script", "result", "repeats"),
    [
        ([Unknown("a"), Accepted()], CallResult.RUNG, 1),
        ([Unknown("a"), BUSY, NotSent("c"), Accepted()], CallResult.RUNG, 2),
        ([BUSY, Unknown("a"), rejected(410, "Unregistered", 1)], CallResult.DEAD, 1),
        ([Unknown("a"), Unknown("b"), Accepted()], CallResult.UNCONFIRMED, 1),
    ],
)
def test_one_push_at_most_follows_an_unknown_outcome_and_is_counted(clock, script, result, repeats):
    done = Delivered(clock, script)
    assert (done.verdict.result, done.verdict.repeats) == (result, repeats)
    assert done.state.unknown


def test_an_unknown_outcome_of_a_former_delivery_counts(clock):
    done = Delivered(clock, [Unknown("a")], state=PhoneState(pushes=1, unknown=True), may_have_rung=True)
    assert done.verdict.result is CallResult.UNCONFIRMED
    assert done.verdict.repeats == 1


def test_a_push_is_waited_for_until_the_deadline(clock):
    done = Delivered(clock, [Accepted()], within_ms=4_321)
    assert [timeout_s for _, _, timeout_s in done.apns.pushes] == [4.321]


# The call may end


def test_a_call_that_has_ended_is_not_pushed(clock):
    done = Delivered(clock, [Accepted()], still_ringing=StillRinging(False))
    assert (done.verdict.result, done.apns.pushes) == (CallResult.ENDED, [])


def test_each_push_asks_whether_the_call_still_rings(clock):
    done = Delivered(clock, [BUSY], still_ringing=StillRinging(True, True, False))
    assert (done.verdict.result, len(done.apns.pushes)) == (CallResult.ENDED, 2)


def test_while_nobody_can_say_whether_it_rings_nothing_leaves(clock):
    done = Delivered(clock, [Accepted()], still_ringing=StillRinging(None, None, True))
    assert (done.verdict.result, len(done.apns.pushes)) == (CallResult.RUNG, 1)
    never = Delivered(clock, [Accepted()], still_ringing=StillRinging(None))
    assert (never.verdict.result, never.apns.pushes) == (None, [])


# The other environment, keys and tokens


@pytest.mark.parametrize(
    ("script", "outcome", "result"),
    [
        ([BAD_TOKEN, Accepted()], Accepted(), CallResult.RUNG),
        ([BAD_TOKEN, BAD_TOKEN], BAD_TOKEN, CallResult.QUARANTINED),
        # Dead is news about the phone, a wrong key of the other environment is not.
        ([BAD_TOKEN, rejected(410, "Unregistered", 7)], rejected(410, "Unregistered", 7), CallResult.DEAD),
        ([BAD_TOKEN, rejected(403, "Forbidden")], BAD_TOKEN, CallResult.QUARANTINED),
    ],
)
def test_a_bad_token_is_tried_once_in_the_other_environment_at_once(clock, slept, script, outcome, result):
    done = Delivered(clock, script)
    assert (done.verdict.outcome, done.verdict.result, done.verdict.environment) == (outcome, result, "sandbox")
    assert done.apns.steps == ["push production", "push sandbox"]
    assert slept == [0, 0]


def test_a_retry_in_the_other_environment_stays_there(clock):
    done = Delivered(clock, [BAD_TOKEN, BUSY, Accepted()])
    assert done.apns.steps == ["push production", "push sandbox", "new connection sandbox", "push sandbox"]
    assert done.verdict.environment == "sandbox"


def test_an_environment_without_a_key_is_not_tried(clock):
    done = Delivered(clock, [BAD_TOKEN, Accepted()], key_environments=("production",))
    assert (done.verdict.result, done.verdict.environment) == (CallResult.QUARANTINED, "production")
    assert done.apns.steps == ["push production"]


@pytest.mark.parametrize("reason", ["ExpiredProviderToken", "InvalidProviderToken"])
def test_token_and_key_are_replaced_once(clock, reason):
    done = Delivered(clock, [rejected(403, reason)] * 9, renewals=[True] * 9, replaced_keys=[True] * 9)
    assert (done.verdict.result, done.verdict.sent) == (CallResult.UNDELIVERABLE, 2)


@pytest.mark.parametrize("reason", ["ExpiredProviderToken", "InvalidProviderToken"])
def test_without_another_token_or_key_there_is_no_second_push(clock, reason):
    done = Delivered(clock, [rejected(403, reason), Accepted()], renewals=[], replaced_keys=[])
    assert (done.verdict.result, done.verdict.sent) == (CallResult.UNDELIVERABLE, 1)


@pytest.mark.parametrize("reason", ["ExpiredProviderToken", "InvalidProviderToken"])
def test_what_is_replaced_is_what_was_refused(clock, reason):
    """Another push may have replaced it already."""
    done = Delivered(clock, [Rejected(403, reason, provider_token="the one that was refused"), Accepted()])
    assert done.apns.refused == ["the one that was refused"]


def test_a_token_and_a_key_can_both_be_replaced(clock):
    script = [rejected(403, "ExpiredProviderToken"), rejected(403, "InvalidProviderToken"), Accepted()]
    assert Delivered(clock, script).verdict.result is CallResult.RUNG


def test_a_connection_that_apns_is_at_odds_with_is_replaced_once(clock):
    done = Delivered(clock, [rejected(429, "TooManyProviderTokenUpdates")] * 9)
    assert done.apns.steps.count("new connection production") == 1


# Deadlines


@pytest.mark.parametrize("within_ms", [0, -1, -10_000])
def test_nothing_is_sent_at_or_after_the_deadline(clock, within_ms):
    done = Delivered(clock, [Accepted()], within_ms=within_ms)
    assert (done.verdict.result, done.apns.pushes) == (None, [])


def test_a_wait_that_is_too_long_for_the_invocation_becomes_a_delay_of_the_message(clock):
    done = Delivered(clock, [BUSY], within_ms=6_000)
    assert len(done.apns.pushes) == 4
    assert done.verdict.result is None
    assert 6_000 <= done.verdict.not_before_ms - clock() <= 10_000


def test_the_delay_is_in_milliseconds(monkeypatch, clock):
    monkeypatch.setattr(random, "uniform", lambda *_: 1.0)
    done = Delivered(clock, [BUSY], within_ms=6_000)
    assert done.verdict.not_before_ms == clock() + 8_000


@pytest.mark.parametrize("script", [[BUSY, Accepted()], [Unknown("ReadError"), Accepted()]])
def test_whoever_was_stalled_while_waiting_sends_nothing_after_the_deadline(monkeypatch, clock, script):
    async def stalled_sleep(seconds: float) -> None:
        clock.pass_ms(100_000 if seconds else 0)

    monkeypatch.setattr(asyncio, "sleep", stalled_sleep)
    outcome: Outcome = script[0]
    done = Delivered(clock, script)
    assert (done.verdict.outcome, len(done.apns.pushes)) == (outcome, 1)


def test_outcomes_of_one_phone_are_no_business_of_another(clock):
    results: Sequence[CallResult | None] = [
        Delivered(clock, [script]).verdict.result for script in (rejected(410, "Unregistered"), Accepted())
    ]
    assert results == [CallResult.DEAD, CallResult.RUNG]
