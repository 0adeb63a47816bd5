"""What SQS answers that the emulator never does, and how a message says how often it came."""

from typing import Any

import pytest

from push.queue import MAX_ENTRIES, Message, NotAllQueued, SqsQueue
from tests.support.push.events import message, ringing


class FakeSqs:
    """Takes `takes` entries of each batch."""

    def __init__(self, takes: int = MAX_ENTRIES, reason: dict[str, str] | None = None) -> None:
        self.batches: list[list[dict[str, Any]]] = []
        self.sent: list[dict[str, Any]] = []
        self._takes = takes
        self._reason = {"Code": "ServiceUnavailable"} if reason is None else reason

    def send_message_batch(self, *, QueueUrl: str, Entries: list[dict[str, Any]]) -> dict[str, Any]:
        self.batches.append(Entries)
        refused = [{"Id": entry["Id"]} | self._reason for entry in Entries[self._takes :]]
        return {"Failed": refused} if refused else {}

    def send_message(self, **request: Any) -> None:
        self.sent.append(request)


def send(sqs: FakeSqs, events: int) -> None:
    SqsQueue(sqs, "calls", "dead letters").send([ringing(callee_uid=f"user-{number}") for number in range(events)])


def test_events_are_sent_ten_at_a_time() -> None:
    sqs = FakeSqs()

    send(sqs, 21)

    assert [len(entries) for entries in sqs.batches] == [10, 10, 1]
    assert all(len({entry["Id"] for entry in entries}) == len(entries) for entries in sqs.batches)


def test_sqs_need_not_say_why() -> None:
    sqs = FakeSqs(takes=9, reason={})

    with pytest.raises(NotAllQueued) as raised:
        send(sqs, 10)
    assert str(raised.value) == ""


@pytest.mark.parametrize("events", [10, 20])
def test_a_batch_of_which_sqs_took_a_part_is_not_queued(events: int) -> None:
    with pytest.raises(NotAllQueued, match="ServiceUnavailable"):
        send(FakeSqs(takes=9), events)


def test_a_dead_letter_is_the_message_with_the_reason_as_an_attribute() -> None:
    """Of a type that SQS knows, which the emulator does not check."""
    sqs = FakeSqs()

    SqsQueue(sqs, "calls", "dead letters").send_to_dead_letter_queue(message("poison"), 'not "JSON"')

    reason = {"DataType": "String", "StringValue": r"not \"JSON\""}
    assert sqs.sent == [
        {"QueueUrl": "dead letters", "MessageBody": "poison", "MessageAttributes": {"reason": reason}},
    ]


@pytest.mark.parametrize(("receive_count", "seconds"), [(1, 1), (2, 2), (3, 4), (4, 8), (5, 8), (99, 8)])
def test_a_message_waits_longer_each_time_and_never_longer_than_eight_seconds(receive_count: int, seconds: int) -> None:
    assert message(ringing(), receive_count=receive_count).retry_in_s() == seconds


def test_a_message_is_what_the_event_source_hands_over() -> None:
    record = {
        "messageId": "m1",
        "receiptHandle": "r1",
        "body": "{}",
        "attributes": {"ApproximateReceiveCount": "3", "SentTimestamp": "1"},
    }

    assert Message.from_record(record) == Message(id="m1", receipt="r1", body="{}", receive_count=3)
