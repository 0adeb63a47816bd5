"""The calls queue, against the emulator."""

import time

import pytest

from push.queue import Message
from shared.call_events import from_json, to_json
from tests.support.push.events import call_ended, ringing


def receive(sqs, url, *, wait_s=0, visible_again_after_s=30):
    """What a Lambda event source hands over."""
    response = sqs.receive_message(
        QueueUrl=url,
        MaxNumberOfMessages=10,
        WaitTimeSeconds=wait_s,
        VisibilityTimeout=visible_again_after_s,
        MessageSystemAttributeNames=["ApproximateReceiveCount"],
        MessageAttributeNames=["All"],
    )
    return response.get("Messages", [])


def as_message(received) -> Message:
    record = {
        "messageId": received["MessageId"],
        "receiptHandle": received["ReceiptHandle"],
        "body": received["Body"],
        "attributes": received["Attributes"],
    }
    return Message.from_record(record)


def test_events_come_out_as_they_went_in(queue, sqs, queue_url):
    events = [ringing(session_id=str(number), callee_uid=f"user-{number}") for number in range(23)] + [call_ended()]
    queue.send(events)
    found = [message for _ in range(6) for message in receive(sqs, queue_url)]
    assert sorted((from_json(message["Body"]) for message in found), key=repr) == sorted(events, key=repr)


def test_retried_messages_come_back_first_come_first_served_and_held_ones_do_not(queue, sqs, queue_url):
    queue.send([ringing(session_id=name) for name in ("soon", "later", "held")])
    messages = {}
    while len(messages) < 3:
        found = [as_message(each) for each in receive(sqs, queue_url)]
        messages |= {from_json(message.body).session_id: message for message in found}
    began = time.monotonic()
    queue.extend_visibility(list(messages.values()), 20)
    queue.retry(messages["soon"], 1)
    queue.retry(messages["later"], 3)
    came_back = []
    while len(came_back) < 2 and time.monotonic() - began < 15:
        for each in receive(sqs, queue_url, wait_s=1):
            came_back.append((from_json(each["Body"]).session_id, time.monotonic() - began))
            assert as_message(each).receive_count == 2
    assert [name for name, _ in came_back] == ["soon", "later"]
    assert came_back[0][1] > 0.5
    assert came_back[1][1] > 2


@pytest.mark.parametrize(
    ("reason", "kept"),
    [
        ("APNs answered 403 Forbidden", "APNs answered 403 Forbidden"),
        ("not JSON: \x00 at 'é'", "not JSON: \\u0000 at '\\u00e9'"),
        ("x" * 1_000, "x" * 256),
    ],
)
def test_what_is_set_aside_says_why(queue, sqs, queue_url, dead_letter_queue_url, reason, kept):
    body = to_json(ringing())
    queue.send_to_dead_letter_queue(Message("m1", "receipt", body, 1), reason)
    [letter] = receive(sqs, dead_letter_queue_url, wait_s=5)
    assert letter["Body"] == body
    assert letter["MessageAttributes"]["reason"]["StringValue"] == kept
    assert receive(sqs, queue_url) == []
