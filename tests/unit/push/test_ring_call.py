"""A call and its callee's phones: who is rung, who is not, and what is remembered of it."""

from dataclasses import replace

import pytest

from push.apns.client import VoipPush
from push.apns.outcomes import Accepted, NotSent, Outcome, Unknown
from push.payload import apns_id, build_payload
from push.ring_device import QUARANTINE_MS
from shared.call_keys import claim_key
from shared.devices import KEEP_S
from tests.support.clocks import NOON_MS
from tests.support.push.events import OTHER_TOKEN, RING_MS, TOKEN, TOPIC, call_ended, device, message, ringing
from tests.support.push.fakes import Ring, rejected

CALL = ringing()
PAYLOAD = build_payload(CALL, ring_ends_at_ms=CALL.initiated_at_ms + RING_MS)
KEY = claim_key(CALL)
BAD_TOKEN = rejected(400, "BadDeviceToken")
BUSY = rejected(503, "ServiceUnavailable")


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
        assert push_function.calls.rings[KEY, push.token].outcome == "rung"
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


def test_a_call_that_is_over_is_not_rung_now_or_later(push_function, counted):
    push_function.devices.put(device())
    push_function.deliver(call_ended())
    assert push_function.deliver(CALL) == []
    assert push_function.deliver(CALL) == []
    assert push_function.rung == []
    assert counted() == {"MessagesReceived": 3, "CallEndsNoted": 1, "CallsEnded": 1, "CallsDuplicate": 1}


def test_what_ends_between_claim_and_reading_is_not_rung(push_function):
    push_function.devices.put(device())

    def end_call(point: str) -> None:
        if point == "after claim":
            push_function.calls.add_fact(call_ended())

    push_function.calls.at = end_call
    push_function.deliver(CALL)
    assert push_function.rung == []


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


def test_a_device_that_somebody_else_is_ringing_waits_for_the_end_of_the_lease(push_function, clock):
    push_function.devices.put(device())
    push_function.calls.rings[KEY, TOKEN] = Ring("claimed", "somebody", clock() + 6_500)
    assert push_function.deliver(CALL) == ["m1"]
    assert push_function.queue.retried == {"m1": 7}
    assert push_function.rung == []
    clock.pass_ms(7_000)
    assert push_function.deliver(CALL, receive_count=2) == []
    assert push_function.rung == [TOKEN]


@pytest.mark.parametrize(("state", "resends"), [("claimed", 1), ("unknown", 1), ("released", 0)])
def test_a_ring_after_a_possible_one_is_counted_apart(push_function, counted, clock, state, resends):
    push_function.devices.put(device())
    push_function.calls.rings[KEY, TOKEN] = Ring(state, "somebody", clock() - 1)
    push_function.deliver(CALL)
    assert counted()["PushesAfterUnknown"] == resends


def test_a_possible_ring_is_remembered_through_a_retry_that_was_refused(push_function, counted, clock):
    push_function.devices.put(device())
    push_function.calls.rings[KEY, TOKEN] = Ring("unknown", "", 0)
    push_function.apns.script, push_function.apns.takes_ms = [BUSY], 5_000
    assert push_function.deliver(CALL) == ["m1"]
    assert push_function.calls.rings[KEY, TOKEN].state == "unknown"


@pytest.mark.parametrize(
    ("outcome", "state"), [(BUSY, "released"), (NotSent("x"), "released"), (Unknown("x"), "unknown")]
)
def test_a_device_that_could_not_be_rung_in_time_is_given_back(push_function, counted, outcome, state):
    push_function.devices.put(device())
    push_function.apns.script, push_function.apns.takes_ms = [outcome], 5_000
    assert push_function.deliver(CALL) == ["m1"]
    ring = push_function.calls.rings[KEY, TOKEN]
    assert (ring.state, ring.lease_until_ms) == (state, 0)
    push_function.apns.script = [Accepted()]
    assert push_function.deliver(CALL, receive_count=2) == []
    assert counted()["PushesAfterUnknown"] == (state == "unknown")
    ids = {(push.apns_id, push.payload) for push, _, _ in push_function.apns.pushes}
    assert len(ids) == 1


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

    push_function.calls.at = lambda point: register(point) if point == "before claim" else None
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


def test_a_wrong_environment_is_corrected(push_function):
    push_function.devices.put(device())
    push_function.apns.script = lambda _, environment: Accepted() if environment == "sandbox" else BAD_TOKEN
    push_function.deliver(CALL)
    assert push_function.devices.for_user("bob") == [device(environment="sandbox")]
    push_function.deliver(ringing(session_id="next"))
    assert [environment for _, environment, _ in push_function.apns.pushes] == ["production", "sandbox", "sandbox"]


@pytest.mark.parametrize(("days_left", "extended"), [(29, True), (31, False)])
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
    assert push_function.calls.rings[KEY, TOKEN].state == "released"
