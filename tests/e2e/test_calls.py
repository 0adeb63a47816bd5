"""Calls through the deployed stack: what rings, what does not, and how often."""

import json
import time

import pytest

from apns_simulator import SimulatorClient
from local.phones import phone
from local.phones.phone import Phone
from ops.calls import end_webhooks, webhooks
from ops.calls.tracker import CallTracker
from ops.stack.deployed import DeployedStack
from ops.stack.description import StackDescription
from shared.call_results import CallResult
from shared.device_tokens import device_hash
from tests.support.cometchat.samples import sample
from tests.support.stack.calls import a_user, deliver
from tests.support.stack.documented_samples import sample_to

SLOW_MS = 2_000
BUSY_CALLS = 30
# A push is written at most 0.5 s after ends were read. As much again for this machine, which has other things to do.
WRITTEN_WITHIN_MS = 1_000


def with_phones(stack: StackDescription, uid: str, count: int = 1) -> list[str]:
    """Registers phones and returns their hashes as in logs."""
    phones = [Phone(uid, phone.new_device_token()) for _ in range(count)]
    for each in phones:
        phone.register(stack, each)
    return [device_hash(each.token) for each in phones]


@pytest.mark.parametrize("name", ["call_initiated", "custom_provider"])
def test_the_documented_samples_ring_with_basic_authentication(stack: StackDescription, name: str) -> None:
    callee = a_user()
    devices = with_phones(stack, callee, 2)
    body = json.dumps(sample_to(callee, name)).encode()

    call = deliver(stack, webhooks.with_basic_authentication(body, stack.webhook))

    assert call.answer.status == 200
    assert call.rung == set(devices)
    assert {push["payload"]["callerName"] for push in call.pushes} == {"Andrew Joseph"}


def test_a_call_delivered_three_times_rings_once(stack: StackDescription) -> None:
    callee = a_user()
    devices = with_phones(stack, callee)
    webhook = webhooks.webhook("documented", webhooks.new_call("alice", callee, "audio"), stack.webhook)

    first, *others = [deliver(stack, webhook) for _ in range(3)]

    assert first.rung == set(devices)
    assert [call.pushes for call in others] == [[], []]
    assert [call.settled and call.settled.fields["result"] for call in others] == ["duplicate", "duplicate"]


def test_both_ways_in_at_once_ring_once(stack: StackDescription) -> None:
    callee = a_user()
    devices = with_phones(stack, callee)
    call = webhooks.new_call("alice", callee, "video")

    documented = deliver(stack, webhooks.webhook("documented", call, stack.webhook))
    custom = deliver(stack, webhooks.webhook("custom", call, stack.webhook))

    assert documented.rung == set(devices)
    assert custom.pushes == []


def test_a_call_that_was_cancelled_first_does_not_ring(stack: StackDescription) -> None:
    callee = a_user()
    with_phones(stack, callee)
    call = webhooks.new_call("alice", callee, "audio")
    cancelled = {
        "trigger": "call_cancelled",
        "data": {
            "call": {
                "id": "43408",
                "conversationId": call.conversation_id,
                "sender": "alice",
                "receiverType": "user",
                "receiver": callee,
                "type": "audio",
                "data": {"action": "cancelled", "entities": {"on": {"entity": {"sessionid": call.session_id}}}},
                "sentAt": int(time.time()),
            }
        },
    }

    tracker = CallTracker(DeployedStack.on_this_machine(stack))
    answer = webhooks.post(stack, webhooks.with_basic_authentication(json.dumps(cancelled).encode(), stack.webhook))
    tracker.wait(answer, until="call end noted")
    rung = deliver(stack, webhooks.webhook("documented", call, stack.webhook))

    assert rung.pushes == []
    assert rung.settled
    assert rung.settled.fields["result"] == CallResult.ENDED


def test_a_call_of_a_minute_ago_does_not_ring(stack: StackDescription) -> None:
    callee = a_user()
    with_phones(stack, callee)
    body = sample_to(callee, "call_initiated")
    body["data"]["call"]["sentAt"] -= 60

    call = deliver(stack, webhooks.with_basic_authentication(json.dumps(body).encode(), stack.webhook))

    assert call.pushes == []
    assert call.settled
    assert call.settled.fields["result"] == "stale"


def test_an_irrelevant_trigger_is_answered_and_ignored(stack: StackDescription) -> None:
    body = json.dumps(sample("meeting_started")).encode()

    call = deliver(stack, webhooks.signed(body, stack.webhook))

    assert call.answer.status == 200
    assert call.answer.body["result"] == "ignored"
    assert call.waiting == 0


def test_a_cancel_overtakes_the_calls_that_wait(stack: StackDescription, apple: SimulatorClient) -> None:
    """The queue is kept busy by APNs' slow answers: the end is known before its call is read from it."""
    busy, callee = (Phone(a_user(), phone.new_device_token()) for _ in range(2))
    for each in (busy, callee):
        phone.register(stack, each)
    apple.add_fault("none", device_token=busy.token, latency_ms=SLOW_MS)
    for _ in range(BUSY_CALLS):
        other = webhooks.new_call("alice", busy.uid, "audio")
        webhooks.post(stack, webhooks.webhook("documented", other, stack.webhook))
    call = webhooks.new_call("alice", callee.uid, "audio")
    tracker = CallTracker(DeployedStack.on_this_machine(stack))
    rung = webhooks.post(stack, webhooks.webhook("documented", call, stack.webhook))

    (cancelled,) = [
        webhooks.post(stack, each)
        for each in end_webhooks.cancelled("documented", call, [], int(time.time() * 1000), stack.webhook)
    ]

    assert cancelled.body["result"] == "noted"
    answered_at_ms = cancelled.sent_at_ms + cancelled.took_ms
    tracked = tracker.wait(rung)
    late = [
        push
        for push in tracked.pushes
        if push["device_token"] == callee.token and push["received_at_ms"] > answered_at_ms + WRITTEN_WITHIN_MS
    ]
    assert tracked.settled
    assert late == []
