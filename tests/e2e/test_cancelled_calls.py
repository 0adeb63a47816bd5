"""A call that is cancelled while others keep the push function busy: the end overtakes the ring."""

import time
from collections.abc import Iterator

import pytest

from apns_simulator import SimulatorClient
from local.phones import phone
from local.phones.phone import Phone
from ops.calls import end_webhooks, webhooks
from ops.stack.deployed import DeployedStack
from ops.stack.description import StackDescription
from tests.support.stack.calls import a_user

BUSY_CALLS = 16
CANCELLED_CALLS = 8
APNS_TAKES_MS = 1_500
# No push is written more than 0.5 s after the end was noted. A busy machine takes a while to receive what was written.
RECEIVED_WITHIN_MS = 500 + 500


@pytest.fixture
def slow_apns(apple: SimulatorClient) -> Iterator[SimulatorClient]:
    apple.add_fault("none", latency_ms=APNS_TAKES_MS)
    yield apple
    apple.clear_faults()


def a_callee(stack: StackDescription) -> Phone:
    callee = Phone(a_user(), phone.new_device_token(), "production")
    phone.register(stack, callee)
    return callee


def call(stack: StackDescription, callee: Phone) -> webhooks.Call:
    made = webhooks.new_call("alice", callee.uid, "audio")
    assert webhooks.post(stack, webhooks.webhook("documented", made, stack.webhook)).body["result"] == "queued"
    return made


def cancel(stack: StackDescription, made: webhooks.Call) -> float:
    """When it was answered, in ms since the epoch."""
    now_ms = time.time_ns() // 1_000_000
    [webhook] = end_webhooks.cancelled("documented", made, [], now_ms, stack.webhook)
    assert webhooks.post(stack, webhook).body["result"] == "noted"
    return time.time() * 1000


def test_no_push_of_a_cancelled_call_leaves_half_a_second_later(
    stack: StackDescription, deployed: DeployedStack, slow_apns: SimulatorClient
) -> None:
    busy = [a_callee(stack) for _ in range(BUSY_CALLS)]
    callees = [a_callee(stack) for _ in range(CANCELLED_CALLS)]
    before = slow_apns.counters()["last_sequence"]
    for callee in busy:
        call(stack, callee)

    noted_at_ms = {callee.token: cancel(stack, call(stack, callee)) for callee in callees}

    _wait_until_the_queue_is_empty(deployed)
    pushes = slow_apns.pushes(after=before)
    late = [
        push["received_at_ms"] - noted_at_ms[push["device_token"]]
        for push in pushes
        if push["device_token"] in noted_at_ms
    ]
    assert [after_ms for after_ms in late if after_ms > RECEIVED_WITHIN_MS] == []
    # The others rang, so that there was something to overtake.
    assert {push["device_token"] for push in pushes} >= {callee.token for callee in busy}


def _wait_until_the_queue_is_empty(deployed: DeployedStack) -> None:
    sqs = deployed.client("sqs")
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    give_up_at = time.monotonic() + 90
    while time.monotonic() < give_up_at:
        attributes = sqs.get_queue_attributes(QueueUrl=deployed.queues.calls, AttributeNames=names)["Attributes"]
        if not any(int(attributes[name]) for name in names):
            return
        time.sleep(0.2)
    pytest.fail("the queue was never empty")
