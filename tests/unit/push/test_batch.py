"""A batch of messages: each ends in exactly one way, whatever becomes of the others."""

import math

import pytest
from botocore.exceptions import EndpointConnectionError

from push.apns.client import VoipPush
from push.apns.outcomes import Accepted, CannotSend, NotSent, Outcome
from push.batch import RESULT_METRICS
from shared.call_events import from_json
from shared.call_keys import call_hash, fact_keys
from shared.call_results import CallResult
from shared.errors import UnreadableEvent
from tests.support.aws.secrets_manager import client_error
from tests.support.observed import observed
from tests.support.push.events import OTHER_TOKEN, RING_MS, TOKEN, call_ended, device, fact, message, ringing
from tests.support.push.fakes import RingEntry, rejected

CALL = ringing()
UNDELIVERABLE = "CallsUndeliverable"
FORBIDDEN = rejected(403, "Forbidden")
SQS_DOWN = [EndpointConnectionError(endpoint_url="sqs"), client_error("InternalError", "ChangeMessageVisibility")]


def test_every_end_has_its_metric():
    assert set(RESULT_METRICS) == set(CallResult)


def test_a_batch_prepares_the_connection_beside_its_first_look_ups(push_function):
    push_function.process([message(call_ended(), "a"), message(call_ended(), "b")])
    assert push_function.apns.prepared == 1


def test_an_end_is_noted_and_logged(push_function):
    ended = call_ended()
    with observed() as said:
        push_function.process([message(ended)])
    assert fact(ended) in push_function.ends.read(fact_keys(ended))
    lines = [(line["message"], line["call"], line["trigger"]) for line in said.log]
    assert lines == [("call end noted", call_hash(ended), "cancelled")]


def test_messages_are_held_until_the_invocation_must_have_ended(push_function):
    push_function.process([message(call_ended(), "a"), message(call_ended(), "b")], remaining_ms=5_100)
    # 5.1 s, rounded up, and two seconds for a clock that differs.
    assert push_function.queue.held == [(["a", "b"], 8)]


def test_a_lease_outlasts_all_that_is_sent_under_it_and_the_invocation(push_function, clock):
    leases: list[int] = []

    def accept(push: VoipPush, _: object) -> Outcome:
        entry = push_function.claims.entry(CALL)
        leases.append(entry.lease_until_ms)
        return Accepted()

    push_function.devices.put(device())
    push_function.apns.script = accept
    push_function.process([message(CALL)], remaining_ms=6_000)
    [(_, _, timeout_s)] = push_function.apns.pushes
    ends_at_ms = clock() + 6_000
    assert clock() + timeout_s * 1000 <= ends_at_ms - 1_000
    assert ends_at_ms < leases[0] <= ends_at_ms + 2_000


@pytest.mark.parametrize("failure", SQS_DOWN)
def test_messages_that_could_not_be_held_are_worked_on_all_the_same(push_function, failure):
    push_function.devices.put(device())
    push_function.queue.failures["hold"] = failure
    assert push_function.deliver(CALL) == []
    assert push_function.rung == [TOKEN]


@pytest.mark.parametrize(("receive_count", "seconds"), [(1, 1), (2, 2), (3, 4), (4, 8), (5, 8), (12, 8)])
def test_a_failed_message_comes_back_after_growing_waits(push_function, receive_count, seconds):
    push_function.devices.put(device())
    push_function.apns.script, push_function.apns.takes_ms = [NotSent("x")], 5_000
    assert push_function.deliver(CALL, receive_count=receive_count) == ["m1"]
    assert push_function.queue.retried == {"m1": seconds}


def test_a_message_that_fails_at_once_is_not_held_after_it_was_to_come_back(push_function):
    push_function.queue.hold_takes_s = 0.05

    def out_of_reach(step):
        raise client_error("InternalServerError", "Query")

    push_function.devices.at = out_of_reach
    assert push_function.deliver(CALL) == ["m1"]
    assert push_function.queue.order == ["hold", "retry"]


@pytest.mark.parametrize("failure", SQS_DOWN)
def test_a_retry_that_could_not_be_hastened_is_a_retry(push_function, counted, failure):
    push_function.devices.put(device())
    push_function.apns.script, push_function.apns.takes_ms = [NotSent("x")], 5_000
    push_function.queue.failures["retry"] = failure
    assert push_function.deliver(CALL) == ["m1"]
    assert counted()["MessagesRetried"] == 1


@pytest.mark.parametrize("body", ["", "null", "[]", "{", '{"version":1,"kind":"ringing"}', '{"version":2}', "\ud800"])
def test_poison_is_a_dead_letter_at_once(push_function, counted, body):
    assert push_function.deliver(body) == []
    assert list(push_function.queue.dead_letters) == ["m1"]
    with pytest.raises(UnreadableEvent) as unreadable:
        from_json(body)
    assert push_function.queue.dead_letters["m1"] == str(unreadable.value) != ""
    assert counted() == {"MessagesReceived": 1, "MessagesUnreadable": 1}


@pytest.mark.parametrize("body", ["poison", CALL])
@pytest.mark.parametrize("failure", SQS_DOWN)
def test_what_could_not_become_a_dead_letter_comes_back_and_ends_the_same_way(push_function, counted, failure, body):
    push_function.devices.put(device())
    push_function.apns.script = [FORBIDDEN]
    push_function.queue.failures["sent_to_dead_letter_queue"] = failure
    assert push_function.deliver(body) == ["m1"]
    del push_function.queue.failures["sent_to_dead_letter_queue"]
    assert push_function.deliver(body, receive_count=2) == []
    assert list(push_function.queue.dead_letters) == ["m1"]
    assert ended(counted()) == {"MessagesRetried": 1, "MessagesUnreadable" if body == "poison" else UNDELIVERABLE: 1}


def ended(counts: dict[str, float]) -> dict[str, float]:
    """The metrics that say how messages ended."""
    return {name: value for name, value in counts.items() if name in {*RESULT_METRICS.values(), "MessagesRetried"}}


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [
        (FORBIDDEN, "APNs answered 403 Forbidden"),
        (CannotSend("there is no APNs key for sandbox"), "there is no APNs key for sandbox"),
        (rejected(403, "InvalidProviderToken"), "APNs answered 403 InvalidProviderToken"),
    ],
)
def test_what_apns_will_never_take_is_a_dead_letter_with_the_reason(push_function, counted, outcome, reason):
    push_function.devices.put(device())
    push_function.apns.script, push_function.apns.replaced_keys = [outcome], []
    assert push_function.deliver(CALL) == []
    assert push_function.queue.dead_letters == {"m1": reason}
    assert push_function.devices.for_user("bob") == [device()]
    assert ended(counted()) == {UNDELIVERABLE: 1}


def test_a_call_that_one_phone_got_is_no_dead_letter_for_the_other(push_function, counted):
    push_function.devices.put(device(), device(OTHER_TOKEN))
    push_function.apns.script = lambda push, _: FORBIDDEN if push.token == TOKEN else Accepted()
    assert push_function.deliver(CALL) == []
    assert push_function.queue.dead_letters == {}
    assert ended(counted()) == {"CallsRung": 1}
    assert counted()["ApnsConfigurationErrors"] == 1


def test_a_call_that_was_a_dead_letter_can_be_sent_again(push_function):
    push_function.devices.put(device())
    push_function.apns.script = [FORBIDDEN]
    push_function.deliver(CALL)
    push_function.apns.script = [Accepted()]
    assert push_function.deliver(CALL, "sent again") == []
    assert push_function.rung == [TOKEN] * 2


@pytest.mark.parametrize("point", ["before devices", "before read", "before claim", "after claim"])
def test_a_store_out_of_reach_brings_its_message_back_and_no_other(push_function, counted, point):
    push_function.devices.put(device(), device("c3", uid="carol"))
    calls = [ringing(session_id="first"), ringing(session_id="second", receiver_uid="carol", callee_uid="carol")]
    failures = [client_error("ProvisionedThroughputExceededException", "UpdateItem")]

    def fail_once(reached: str) -> None:
        if reached == point and failures:
            raise failures.pop()

    push_function.devices.at = push_function.claims.at = push_function.ends.at = fail_once
    failed = push_function.process([message(call, call.session_id) for call in calls])
    assert len(failed) == 1
    assert list(push_function.queue.retried) == failed
    assert set(push_function.rung) >= {TOKEN if failed == ["second"] else "c3"}
    assert ended(counted()) == {"CallsRung": 1, "MessagesRetried": 1}


def test_a_message_after_a_mistake_of_ours_is_tried_again(push_function):
    push_function.devices.put(device())
    push_function.devices.at = lambda _: math.sqrt(-1)
    assert push_function.process([message(CALL), message(call_ended(), "m2")]) == ["m1"]


def test_a_call_to_a_group_whose_members_nobody_knows(push_function, counted):
    group = ringing(receiver_type="group", receiver_uid="team", callee_uid="")
    assert push_function.deliver(group) == []
    assert ended(counted()) == {"CallsGroupNotConfigured": 1}


def test_a_mixed_batch_ends_each_message_once_and_the_metrics_balance(push_function, counted, clock):
    tokens = {"rings": "a0", "dead": "b0", "bad": "c0", "forbidden": "d0", "busy": "e0", "held": "f0", "twice": "ab"}
    push_function.devices.put(*(device(token, uid=uid) for uid, token in tokens.items()))
    answers = {
        tokens["dead"]: rejected(410, "Unregistered"),
        tokens["bad"]: rejected(400, "BadDeviceToken"),
        tokens["forbidden"]: FORBIDDEN,
        tokens["busy"]: rejected(429, "TooManyRequests"),
    }
    push_function.apns.script = lambda push, _: answers.get(push.token, Accepted())
    calls = {uid: ringing(session_id=uid, callee_uid=uid) for uid in [*tokens, "nobody", "ended"]}
    push_function.claims.put(calls["held"], RingEntry("other", clock() + 6_000))
    push_function.devices.put(device("cd", uid="ended"))
    push_function.ends.add(call_ended(session_id="ended"))
    batch = [message(call, uid) for uid, call in calls.items()]
    batch += [
        message(calls["twice"], "the same again"),
        message("poison", "poison"),
        message(call_ended(session_id="x"), "end"),
        message(ringing(initiated_at_ms=clock() - RING_MS), "stale"),
    ]
    push_function.deliver(calls["twice"])
    before = ended(counted())
    failed = push_function.process(batch, remaining_ms=1_400)
    assert sorted(failed) == ["busy", "held"]
    assert sorted(push_function.queue.dead_letters) == ["forbidden", "poison"]
    after = ended(counted())
    assert {name: value - before.get(name, 0) for name, value in after.items()} == {
        "CallsRung": 1,
        "CallsEnded": 1,
        "CallsDuplicate": 2,
        "CallsWithoutDevice": 3,
        "CallsStale": 1,
        UNDELIVERABLE: 1,
        "CallEndsNoted": 1,
        "MessagesUnreadable": 1,
        "MessagesRetried": 2,
    }
    assert sum(after.values()) == counted()["MessagesReceived"] == len(batch) + 1
