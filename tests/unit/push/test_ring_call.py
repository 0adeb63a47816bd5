"""A call and its callee's phones: who is rung, who is not, and what is remembered of it."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from push.apns.client import VoipPush
from push.apns.outcomes import Accepted, NotSent, Outcome, Unknown
from push.claims_of_0_1 import FormerRings
from push.device_upkeep import QUARANTINE_MS
from push.payload import apns_id, build_payload
from shared.device_tokens import device_hash
from shared.devices import KEEP_S
from shared.log_messages import LogMessage
from shared.ring_items import PhoneState
from tests.support.clocks import NOON_MS
from tests.support.observed import observed
from tests.support.push.events import OTHER_TOKEN, RING_MS, TOKEN, TOPIC, call_ended, device, message, ringing
from tests.support.push.fakes import FakeClaimsOf01, RingEntry, ScriptedApns, rejected

CALL = ringing()
PAYLOAD = build_payload(CALL, ring_ends_at_ms=CALL.initiated_at_ms + RING_MS)
TOKENS = (TOKEN, OTHER_TOKEN, "c3" * 32)
PHONE, OTHER_PHONE = device_hash(TOKEN), device_hash(OTHER_TOKEN)
BAD_TOKEN = rejected(400, "BadDeviceToken")
BUSY = rejected(503, "ServiceUnavailable")
FORBIDDEN = rejected(403, "Forbidden")


def the_phone(push_function, phone=PHONE):
    """What is noted of it."""
    return push_function.claims.entry(CALL).phones[phone]


def test_every_phone_of_the_callee_is_rung_in_its_environment(push_function, counted):
    push_function.devices.put(
        device(), device(OTHER_TOKEN, environment="sandbox"), device("c3", uid="alice"), device("d4", uid="carol")
    )
    assert push_function.deliver(CALL) == []
    pushes = {(push.token, environment) for push, environment, _ in push_function.apns.pushes}
    assert pushes == {(TOKEN, "production"), (OTHER_TOKEN, "sandbox")}
    for push, _, _ in push_function.apns.pushes:
        assert (push.topic, push.payload) == (TOPIC, PAYLOAD)
        assert push.apns_id == apns_id(CALL, push.token)
        assert the_phone(push_function, device_hash(push.token)) == PhoneState("rung", pushes=1)
    expected = {"MessagesReceived": 1, "CallsRung": 1, "Pushes": 2, "PushesAfterUnknown": 0, "RingLatency": 0}
    answers = {"PushesAccepted": 2, "PushesRejected": 0, "PushesToDeadDevices": 0, "BadDeviceTokens": 0}
    assert counted() == expected | answers


@pytest.mark.parametrize(("age_s", "expires_in_s"), [(0, 30), (10, 30), (20, 25), (44, 1)])
def test_apns_may_deliver_until_the_ringing_ends_and_for_30_s_at_most(push_function, clock, age_s, expires_in_s):
    push_function.devices.put(device())
    clock.pass_ms(age_s * 1000)
    push_function.deliver(CALL)
    [(push, _, _)] = push_function.apns.pushes
    assert push.expires_at_s - clock() // 1000 == expires_in_s


def test_an_answer_is_waited_for_as_long_as_the_call_rings(push_function, clock):
    push_function.devices.put(device())
    clock.pass_ms(RING_MS - 1_000)
    push_function.deliver(CALL)
    assert [timeout_s for _, _, timeout_s in push_function.apns.pushes] == [1.0]


def test_apns_gets_whole_seconds(push_function):
    push_function.devices.put(device())
    push_function.deliver(ringing(initiated_at_ms=NOON_MS - 40_001))
    [(push, _, _)] = push_function.apns.pushes
    assert repr(push.expires_at_s) == str(NOON_MS // 1000 + 4)


@pytest.mark.usefixtures("slept")
def test_a_phone_that_is_to_be_pushed_later_brings_the_call_back_then(push_function):
    """Eight seconds after its fourth push, or somewhat more or less."""
    push_function.devices.put(device())
    push_function.apns.script = [BUSY]
    push_function.claims.put(CALL, RingEntry("gave back", 0, reserved=0, phones={PHONE: PhoneState(pushes=3)}))
    assert push_function.deliver(CALL) == ["m1"]
    assert len(push_function.rung) == 1
    assert 6 <= push_function.queue.retried["m1"] <= 10


@pytest.mark.parametrize(
    ("outcome", "settled"),
    [
        (Accepted(), {"result": "rung"}),
        (rejected(410, "Unregistered"), {"result": "dead token"}),
        (FORBIDDEN, {"result": "undeliverable", "reason": "APNs answered 403 Forbidden"}),
    ],
)
def test_how_a_call_was_settled_is_logged_with_the_reason_if_it_can_not_be_delivered(push_function, outcome, settled):
    push_function.devices.put(device())
    push_function.apns.script = [outcome]
    with observed() as said:
        push_function.deliver(CALL)
    [line] = [line for line in said.log if line["message"] == LogMessage.CALL_SETTLED]
    assert {name: line[name] for name in ("result", "reason") if name in line} == settled


@pytest.mark.parametrize(
    ("age_ms", "metric"),
    [(-5_000, "CallsRung"), (RING_MS - 500, "CallsRung"), (RING_MS, "CallsStale"), (3_600_000, "CallsStale")],
)
def test_a_call_rings_until_its_time_is_over(push_function, counted, clock, age_ms, metric):
    push_function.devices.put(device())
    clock.pass_ms(age_ms)
    assert push_function.deliver(CALL) == []
    assert counted()[metric] == 1
    assert push_function.rung == ([TOKEN] if metric == "CallsRung" else [])


@pytest.mark.parametrize("devices", [[], [device(uid="carol")], [device(expires_at_s=NOON_MS // 1000)]])
def test_a_callee_without_a_live_device(push_function, counted, devices):
    push_function.devices.put(*devices)
    assert push_function.deliver(CALL) == []
    assert push_function.rung == []
    assert counted() == {"MessagesReceived": 1, "CallsWithoutDevice": 1}


def test_a_call_that_has_ended_is_not_rung_now_or_later(push_function, counted):
    push_function.devices.put(device())
    push_function.deliver(call_ended())
    assert push_function.deliver(CALL) == []
    assert push_function.deliver(CALL) == []
    assert push_function.rung == []
    assert push_function.claims.entries == {}
    assert counted() == {"MessagesReceived": 3, "CallEndsNoted": 1, "CallsEnded": 2}


@pytest.mark.parametrize(("claim_takes_ms", "rung"), [(499, [TOKEN]), (500, [])])
def test_a_claim_that_took_long_is_followed_by_another_look(push_function, clock, claim_takes_ms, rung):
    """What ends a call while it is being claimed counts, unless that was read less than half a second ago."""
    push_function.devices.put(device())

    def end_call(point: str) -> None:
        if point == "after claim":
            push_function.ends.add(call_ended())
            clock.pass_ms(claim_takes_ms)

    push_function.claims.at = end_call
    push_function.deliver(CALL)
    assert push_function.rung == rung


def test_a_push_must_leave_while_the_last_look_counts(push_function, clock):
    push_function.devices.put(device())
    push_function.claims.at = lambda point: clock.pass_ms(200 if point == "after claim" else 0)
    push_function.deliver(CALL)
    assert push_function.apns.write_within_s == [pytest.approx(0.3)]


def test_what_was_read_slowly_is_as_old_as_the_beginning_of_the_reading(push_function, clock):
    push_function.devices.put(device())
    push_function.devices.at = lambda point: clock.pass_ms(300 if point == "before devices" else 0)
    push_function.deliver(CALL)
    assert push_function.apns.write_within_s == [pytest.approx(0.2)]


@pytest.mark.usefixtures("slept")
def test_a_call_that_ends_between_two_pushes_is_not_pushed_again(push_function, clock, counted):
    push_function.devices.put(device())

    def busy(push: VoipPush, _: object) -> Outcome:
        push_function.ends.add(call_ended())
        clock.pass_ms(600)
        return BUSY

    push_function.apns.script = busy
    assert push_function.deliver(CALL) == []
    assert push_function.rung == [TOKEN]
    assert counted()["CallsEnded"] == 1


def test_a_duplicate_rings_nothing(push_function, counted):
    push_function.devices.put(device())
    push_function.deliver(CALL)
    assert push_function.deliver(replace(CALL, correlation_id="second webhook")) == []
    assert push_function.rung == [TOKEN]
    assert counted()["CallsDuplicate"] == 1


def test_a_device_that_registers_between_two_deliveries_is_rung_by_the_second(push_function):
    push_function.devices.put(device())
    push_function.deliver(CALL)
    push_function.devices.put(device(OTHER_TOKEN))
    push_function.deliver(CALL)
    assert push_function.rung == [TOKEN, OTHER_TOKEN]


def test_a_call_that_is_leased_elsewhere_waits_for_the_end_of_the_lease(push_function, clock):
    push_function.devices.put(device())
    push_function.claims.put(CALL, RingEntry("somebody", clock() + 6_001))
    assert push_function.deliver(CALL) == ["m1"]
    assert push_function.queue.retried == {"m1": 7}
    assert push_function.rung == []
    clock.pass_ms(7_000)
    assert push_function.deliver(CALL, receive_count=2) == []
    assert push_function.rung == [TOKEN]


@pytest.mark.parametrize(
    ("entry", "repeats"),
    [
        (RingEntry("died", 0), 1),
        (RingEntry("gave back", 0, reserved=0, phones={PHONE: PhoneState(pushes=1, unknown=True)}), 1),
        (RingEntry("gave back", 0, reserved=0, phones={PHONE: PhoneState(pushes=2)}), 0),
    ],
    ids=["an owner who died", "an unknown outcome", "refused pushes"],
)
def test_a_ring_after_a_possible_one_is_counted_apart(push_function, counted, entry, repeats):
    push_function.devices.put(device())
    push_function.claims.put(CALL, entry)
    push_function.deliver(CALL)
    assert counted()["PushesAfterUnknown"] == repeats


def test_what_an_owner_who_died_may_have_sent_counts_against_the_six(push_function, clock):
    push_function.devices.put(device())
    push_function.claims.put(CALL, RingEntry("died", 0, reserved=2, phones={PHONE: PhoneState(pushes=3)}))
    push_function.deliver(CALL)
    assert the_phone(push_function) == PhoneState("rung", pushes=6)


@pytest.mark.usefixtures("slept")
@pytest.mark.parametrize("died_with", [2, 4])
def test_a_call_whose_pushes_are_used_up_is_unconfirmed(push_function, counted, died_with):
    push_function.devices.put(device())
    push_function.claims.put(CALL, RingEntry("died", 0, reserved=died_with, phones={PHONE: PhoneState(pushes=4)}))
    assert push_function.deliver(CALL) == []
    assert push_function.rung == []
    assert counted()["CallsUnconfirmed"] == counted()["PushesUnconfirmed"] == 1


def test_one_phone_that_is_known_and_one_in_doubt(push_function):
    """Only the phone whose outcome is not known is pushed again."""
    push_function.devices.put(device(), device(OTHER_TOKEN))
    push_function.claims.put(CALL, RingEntry("died", 0, phones={OTHER_PHONE: PhoneState("rung", pushes=1)}))
    push_function.deliver(CALL)
    assert push_function.rung == [TOKEN]
    assert the_phone(push_function, OTHER_PHONE) == PhoneState("rung", pushes=1)


@pytest.mark.parametrize(
    ("outcome", "state"),
    [(BUSY, PhoneState(pushes=1)), (NotSent("x"), PhoneState()), (Unknown("x"), PhoneState(pushes=1, unknown=True))],
)
def test_a_phone_that_could_not_be_rung_in_time_is_given_back(push_function, counted, outcome, state):
    push_function.devices.put(device())
    push_function.apns.script, push_function.apns.takes_ms = [outcome], 5_000
    assert push_function.deliver(CALL) == ["m1"]
    entry = push_function.claims.entry(CALL)
    assert (entry.phones[PHONE], entry.lease_until_ms, entry.reserved) == (state, 0, 0)
    push_function.apns.script = [Accepted()]
    assert push_function.deliver(CALL, receive_count=2) == []
    assert counted()["PushesAfterUnknown"] == state.unknown
    ids = {(push.apns_id, push.payload) for push, _, _ in push_function.apns.pushes}
    assert len(ids) == 1


def test_a_second_unknown_outcome_is_the_last(push_function, counted):
    push_function.devices.put(device())
    push_function.apns.script, push_function.apns.takes_ms = [Unknown("x")], 5_000
    assert push_function.deliver(CALL) == ["m1"]
    assert push_function.deliver(CALL, receive_count=2) == []
    assert push_function.rung == [TOKEN] * 2
    assert the_phone(push_function).outcome == "unconfirmed"
    assert counted()["CallsUnconfirmed"] == 1


class OneAfterTheOther(ScriptedApns):
    """Answers about each phone when there are so many notes, and some turns of the event loop after the one before."""

    def __init__(self, push_function: Any, *after_notes: int) -> None:
        super().__init__(clock=push_function.clock)
        self.steps_of_claims: list[str] = []
        self._after_notes = after_notes
        push_function.claims.at = self.steps_of_claims.append
        push_function.devices.put(*[device(token) for token in TOKENS[: len(after_notes)]])
        push_function.apns = self

    @property
    def notes(self) -> int:
        return self.steps_of_claims.count("after note")

    async def push(self, push: VoipPush, *options: Any, **more: Any) -> Outcome:
        number = TOKENS.index(push.token)
        while self.notes < self._after_notes[number]:
            await asyncio.sleep(0)
        for _ in range(50 * number):
            await asyncio.sleep(0)
        return await super().push(push, *options, **more)


@pytest.mark.parametrize(
    ("after_notes", "first_s", "later_s", "notes"),
    [([0], 0, 0, 1), ([0, 0, 0], 60, 0, 1), ([0, 1], 0, 0, 2), ([0, 1, 2], 0, 0, 3), ([0, 1, 1], 0, 60, 2)],
)
def test_phones_that_answer_together_share_a_note(push_function, monkeypatch, after_notes, first_s, later_s, notes):
    """With the claim that makes two writes for a call, and three where some phones take longer."""
    monkeypatch.setattr("push.ring_call.COLLECT_S", first_s)
    monkeypatch.setattr("push.ring_call.COLLECT_LATER_S", later_s)
    apns = OneAfterTheOther(push_function, *after_notes)
    assert push_function.deliver(CALL) == []
    assert apns.notes == notes


@pytest.mark.usefixtures("slept")
def test_nothing_is_noted_early_of_a_phone_that_may_be_pushed_again(push_function, monkeypatch):
    """By a call that is sent again from the dead-letter queue."""
    monkeypatch.setattr("push.ring_call.COLLECT_S", 0)
    apns = OneAfterTheOther(push_function, 0, 0)
    apns.script = lambda push, _: FORBIDDEN if push.token == TOKEN else Accepted()
    push_function.deliver(CALL)
    assert apns.notes == 1


class Throttled(ClientError):
    def __init__(self) -> None:
        super().__init__({"Error": {"Code": "ThrottlingException"}}, "UpdateItem")


def failing(point: str, times: int):
    """A hook that fails so often at that point."""
    left = [times]

    def hook(reached: str) -> None:
        if reached == point and left[0] > 0:
            left[0] -= 1
            raise Throttled

    return hook


@pytest.mark.usefixtures("slept")
def test_a_known_outcome_is_noted_for_as_long_as_there_is_time(push_function, counted):
    push_function.devices.put(device())
    push_function.claims.at = failing("before note", 3)
    assert push_function.deliver(CALL) == []
    assert the_phone(push_function).outcome == "rung"
    assert push_function.deliver(CALL) == []
    assert push_function.rung == [TOKEN]
    assert counted()["PushesAfterUnknown"] == 0


@pytest.mark.usefixtures("slept")
def test_a_ring_that_can_never_be_noted_is_rung_all_the_same(push_function, counted):
    push_function.devices.put(device())
    push_function.claims.at = failing("before note", 1_000)
    assert push_function.deliver(CALL) == []
    assert counted()["CallsRung"] == 1


def test_a_call_that_could_not_be_claimed_comes_back_at_once(push_function):
    push_function.devices.put(device())
    push_function.claims.at = failing("before claim", 1)
    assert push_function.deliver(CALL) == ["m1"]
    assert push_function.queue.retried == {"m1": 1}


@pytest.mark.usefixtures("slept")
def test_ends_that_cannot_be_read_hold_a_push_back_and_lose_nothing(push_function, clock):
    push_function.devices.put(device())

    def hook(point: str) -> None:
        if point == "after claim":
            clock.pass_ms(600)
            push_function.ends.at = failing("before read", 2)

    push_function.claims.at = hook
    assert push_function.deliver(CALL) == []
    assert push_function.rung == [TOKEN]


@pytest.mark.usefixtures("slept")
def test_an_error_that_nobody_expected_costs_one_phone_only(push_function):
    push_function.devices.put(device(), device(OTHER_TOKEN))

    def broken(push: VoipPush, _: object) -> Outcome:
        if push.token == TOKEN:
            raise ZeroDivisionError
        return Accepted()

    push_function.apns.script = broken
    with observed() as said:
        assert push_function.deliver(CALL) == ["m1"]
    assert [line["message"] for line in said.log].count(LogMessage.MESSAGE_FAILED) == 1
    assert the_phone(push_function, OTHER_PHONE).outcome == "rung"
    entry = push_function.claims.entry(CALL)
    assert (entry.lease_until_ms, entry.reserved) == (0, 0)


def test_what_could_not_be_learned_of_a_device_rings_nobody_again(push_function):
    push_function.devices.put(device())
    push_function.apns.script = [rejected(410, "Unregistered", NOON_MS)]
    push_function.devices.at = failing("before remove", 1)
    assert push_function.deliver(CALL) == []
    assert the_phone(push_function).outcome == "dead token"
    assert push_function.deliver(CALL) == []
    assert len(push_function.apns.pushes) == 1


@pytest.mark.parametrize(
    ("phones", "metric"),
    [
        ({}, "CallsStale"),
        ({PHONE: PhoneState("rung", pushes=1), OTHER_PHONE: PhoneState(pushes=2)}, "CallsRung"),
        ({PHONE: PhoneState(pushes=2)}, "CallsUnconfirmed"),
        ({PHONE: PhoneState()}, "CallsStale"),
    ],
    ids=["never tried", "one rang", "tried in vain", "no push left"],
)
def test_when_its_time_is_over_a_call_has_become_what_its_phones_have(push_function, counted, clock, phones, metric):
    push_function.claims.put(CALL, RingEntry("former", 0, reserved=0, phones=phones))
    clock.pass_ms(RING_MS)
    assert push_function.deliver(CALL, receive_count=5) == []
    assert counted()[metric] == 1


@pytest.mark.parametrize(
    ("former", "rung", "failed"),
    [
        (FormerRings({PHONE: PhoneState("rung", pushes=1)}), [], []),
        (FormerRings({PHONE: PhoneState(pushes=1, unknown=True)}), [TOKEN], []),
        (FormerRings({}, leased_until_ms=NOON_MS + 3_000), [], ["m1"]),
    ],
    ids=["rung", "in doubt", "being rung"],
)
def test_a_call_that_the_version_before_has_met(push_function, counted, former, rung, failed):
    push_function.devices.put(device())
    push_function.claims_of_0_1 = FakeClaimsOf01(former)
    assert push_function.deliver(CALL) == failed
    assert push_function.rung == rung
    assert counted().get("PushesAfterUnknown", 0) == len(rung)


@pytest.mark.parametrize(
    ("dead_since_ms", "kept"),
    [(NOON_MS - 3_600_001, True), (NOON_MS - 3_600_000, True), (NOON_MS - 3_599_999, False), (None, False)],
)
def test_a_dead_device_goes_unless_it_registered_after_its_death(push_function, counted, dead_since_ms, kept):
    push_function.devices.put(device())
    push_function.apns.script = [rejected(410, "Unregistered", dead_since_ms)]
    assert push_function.deliver(CALL) == []
    assert bool(push_function.devices.devices) is kept
    assert counted()["CallsWithoutDevice"] == 1


@pytest.mark.parametrize("script", [[rejected(410, "Unregistered")], [BAD_TOKEN], [BAD_TOKEN, Accepted()]])
def test_a_device_that_registers_meanwhile_stays_as_it_registered(push_function, clock, script):
    old, new = device(), device(registered_at_ms=NOON_MS, environment="sandbox")
    push_function.devices.put(old)
    push_function.apns.script = script

    def register(point: str) -> None:
        push_function.devices.put(new)

    push_function.claims.at = lambda point: register(point) if point == "before claim" else None
    push_function.deliver(CALL)
    assert push_function.devices.for_user("bob") == [new]


def test_a_token_that_is_bad_everywhere_is_left_alone_for_an_hour(push_function, counted, clock):
    push_function.devices.put(device(), device(OTHER_TOKEN))
    push_function.apns.script = lambda push, _: BAD_TOKEN if push.token == TOKEN else Accepted()
    push_function.deliver(CALL)
    [bad] = [each for each in push_function.devices.for_user("bob") if each.token == TOKEN]
    assert bad.quarantined_until_ms == clock() + QUARANTINE_MS
    assert (bad.environment, bad.registered_at_ms) == ("production", device().registered_at_ms)
    clock.pass_ms(QUARANTINE_MS - 1)
    before = len(push_function.rung)
    push_function.deliver(ringing(session_id="second", initiated_at_ms=clock()))
    assert push_function.rung[before:] == [OTHER_TOKEN]
    clock.pass_ms(1)
    push_function.deliver(ringing(session_id="third", initiated_at_ms=clock()))
    assert TOKEN in push_function.rung[before + 1 :]


def test_a_callee_whose_phones_are_all_in_quarantine(push_function, counted, clock):
    push_function.devices.put(device(quarantined_until_ms=clock() + 1))
    with observed() as said:
        assert push_function.deliver(CALL) == []
    assert (counted()["CallsWithoutDevice"], push_function.rung) == (1, [])
    assert [line["result"] for line in said.log if line["message"] == LogMessage.CALL_SETTLED] == ["quarantined"]


def test_what_is_logged_of_a_phone_names_it_and_its_push(push_function):
    push_function.devices.put(device())
    with observed() as said:
        push_function.deliver(CALL)
    [line] = [line for line in said.log if line["message"] == LogMessage.PUSH_ACCEPTED]
    assert (line["device"], line["apns_id"]) == (PHONE, apns_id(CALL, TOKEN))


def test_a_wrong_environment_is_corrected(push_function):
    push_function.devices.put(device())
    push_function.apns.script = lambda _, environment: Accepted() if environment == "sandbox" else BAD_TOKEN
    push_function.deliver(CALL)
    assert push_function.devices.for_user("bob") == [device(environment="sandbox")]
    push_function.deliver(ringing(session_id="next"))
    assert [environment for _, environment, _ in push_function.apns.pushes] == ["production", "sandbox", "sandbox"]


@pytest.mark.parametrize(("days_left", "extended"), [(29, True), (30, False)])
def test_a_device_that_still_rings_stays_for_another_year(push_function, clock, days_left, extended):
    expires_at_s = clock() // 1000 + days_left * 86_400
    push_function.devices.put(device(expires_at_s=expires_at_s))
    push_function.deliver(CALL)
    [found] = push_function.devices.for_user("bob")
    assert found.expires_at_s == (clock() // 1000 + KEEP_S if extended else expires_at_s)


def test_a_dead_device_silences_no_other(push_function, counted):
    push_function.devices.put(device(), device(OTHER_TOKEN))
    push_function.apns.script = lambda push, _: rejected(410, "Unregistered") if push.token == TOKEN else Accepted()
    assert push_function.deliver(CALL) == []
    assert [each.token for each in push_function.devices.for_user("bob")] == [OTHER_TOKEN]
    assert counted()["CallsRung"] == 1


def test_one_device_that_is_to_be_tried_again_brings_the_call_back_for_itself_alone(push_function, clock):
    push_function.devices.put(device(OTHER_TOKEN), device())

    def busy_for_one(push: VoipPush, _: object) -> Outcome:
        if push.token == OTHER_TOKEN:
            return Accepted()
        clock.pass_ms(5_000)
        return BUSY

    push_function.apns.script = busy_for_one
    assert push_function.deliver(CALL) == ["m1"]
    assert push_function.rung == [OTHER_TOKEN, TOKEN]
    push_function.apns.script = [Accepted()]
    assert push_function.deliver(CALL, receive_count=2) == []
    assert push_function.rung == [OTHER_TOKEN, TOKEN, TOKEN]


def test_nothing_is_sent_when_the_invocation_is_nearly_over(push_function):
    push_function.devices.put(device())
    assert push_function.process([message(CALL)], remaining_ms=900) == ["m1"]
    assert push_function.rung == []
    assert push_function.claims.entry(CALL) is None


class ApnsOneAfterTheOther(ScriptedApns):
    """Every push is answered 15 ms after the one before."""

    async def push(self, *args: Any, **kwargs: Any) -> Outcome:
        outcome = await super().push(*args, **kwargs)
        await asyncio.sleep(0.015 * len(self.pushes))
        return outcome


def test_phones_that_answer_one_after_the_other_are_two_notes(push_function):
    tokens = [f"{number:02}" * 32 for number in range(10)]
    push_function.devices.put(*map(device, tokens))
    push_function.apns = ApnsOneAfterTheOther(clock=push_function.clock)
    noted = []
    push_function.claims.at = lambda step: step == "before note" and noted.append(step)
    assert push_function.deliver(CALL) == []
    assert len(noted) == 2
    assert all(the_phone(push_function, device_hash(token)).outcome == "rung" for token in tokens)
