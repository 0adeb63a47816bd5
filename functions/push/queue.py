"""The calls queue as its reader uses it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Self

from push.errors import NotAllQueued
from shared.call_events import CallEvent, to_json

BACKOFF_S = (1, 2, 4, 8)
# SQS takes so many at once.
MAX_ENTRIES = 10


@dataclass(frozen=True, slots=True)
class Message:
    id: str
    receipt: str
    body: str
    receive_count: int

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        return cls(
            id=record["messageId"],
            receipt=record["receiptHandle"],
            body=record["body"],
            receive_count=int(record["attributes"]["ApproximateReceiveCount"]),
        )

    def retry_in_s(self) -> int:
        """While a phone can still ring, waiting longer than a few seconds is of no use."""
        return BACKOFF_S[min(self.receive_count, len(BACKOFF_S)) - 1]


class Queue(Protocol):
    def send(self, events: Sequence[CallEvent]) -> None: ...
    def extend_visibility(self, messages: Sequence[Message], seconds: int) -> None: ...
    def retry(self, message: Message, seconds: int) -> None: ...
    def send_to_dead_letter_queue(self, message: Message, reason: str) -> None: ...


class SqsQueue:
    def __init__(self, client: Any, url: str, dead_letter_url: str) -> None:
        self._client = client
        self._url = url
        self._dead_letter_url = dead_letter_url

    def send(self, events: Sequence[CallEvent]) -> None:
        """Raises `NotAllQueued`, after which sending all of them again does no harm."""
        for start in range(0, len(events), MAX_ENTRIES):
            entries = [
                {"Id": str(index), "MessageBody": to_json(event)}
                for index, event in enumerate(events[start : start + MAX_ENTRIES])
            ]
            response = self._client.send_message_batch(QueueUrl=self._url, Entries=entries)
            if response.get("Failed"):
                raise NotAllQueued(response["Failed"][0].get("Code", ""))

    def extend_visibility(self, messages: Sequence[Message], seconds: int) -> None:
        """Nobody else gets the messages for so long, and if we die somebody gets them right after it."""
        self._client.change_message_visibility_batch(
            QueueUrl=self._url,
            Entries=[
                {"Id": str(index), "ReceiptHandle": message.receipt, "VisibilityTimeout": seconds}
                for index, message in enumerate(messages)
            ],
        )

    def retry(self, message: Message, seconds: int) -> None:
        """Lets the message come back after so long; the event source leaves this alone for failed items."""
        self._client.change_message_visibility(
            QueueUrl=self._url, ReceiptHandle=message.receipt, VisibilityTimeout=seconds
        )

    def send_to_dead_letter_queue(self, message: Message, reason: str) -> None:
        """Puts the message into the dead-letter queue."""
        self._client.send_message(
            QueueUrl=self._dead_letter_url,
            MessageBody=message.body,
            MessageAttributes={"reason": {"DataType": "String", "StringValue": json.dumps(reason)[1:-1][:256]}},
        )
