"""make dead-letters: calls that could not be rung, and why."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Self

from ops.errors import NoSuchDeadLetter
from shared.call_events import CallEvent, CallRinging, from_json
from shared.call_keys import call_hash
from shared.errors import UnreadableEvent

# Long enough to read all before the first one becomes visible again.
_VISIBILITY_TIMEOUT_S = 30
_PAGE = 10


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """`reason` is why it is here. `call` and `correlation_id` find the call's log lines."""

    id: str
    receipt: str
    body: str
    reason: str
    dead_lettered_at_ms: int
    what: str
    call: str
    correlation_id: str

    @classmethod
    def from_message(cls, message: dict[str, Any]) -> Self:
        reason = message.get("MessageAttributes", {}).get("reason", {}).get("StringValue")
        event = _event(message["Body"])
        return cls(
            id=message["MessageId"],
            receipt=message["ReceiptHandle"],
            body=message["Body"],
            reason=reason or "delivered too often without success",
            dead_lettered_at_ms=int(message["Attributes"]["SentTimestamp"]),
            what=_what(event),
            call=call_hash(event) if event else "",
            correlation_id=event.correlation_id if event else "",
        )

    def line(self, now_ms: int) -> str:
        age_s = max(0, now_ms - self.dead_lettered_at_ms) // 1000
        return f"{self.id}  {age_s} s ago  {self.what}  call {self.call or '?'}  {self.reason}"


class DeadLetters:
    """The messages that were on the queue when this was made, hidden from others until `release`."""

    def __init__(self, sqs: Any, url: str, calls_url: str) -> None:
        self._sqs = sqs
        self._url = url
        self._calls_url = calls_url
        self.all = list(self._receive())

    def chosen(self, ids: Sequence[str]) -> list[DeadLetter]:
        """Those with these ids, or all of them for `all`. Raises `NoSuchDeadLetter`."""
        if list(ids) == ["all"]:
            return self.all
        by_id = {letter.id: letter for letter in self.all}
        unknown = [letter_id for letter_id in ids if letter_id not in by_id]
        if unknown:
            raise NoSuchDeadLetter(f"not on the dead-letter queue: {', '.join(unknown)}")
        return [by_id[letter_id] for letter_id in ids]

    def send_again(self, letter: DeadLetter) -> None:
        """To the calls queue. A call that is too old by now is counted as stale there."""
        self._sqs.send_message(QueueUrl=self._calls_url, MessageBody=letter.body)
        self.delete(letter)

    def delete(self, letter: DeadLetter) -> None:
        self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=letter.receipt)
        self.all = [each for each in self.all if each.id != letter.id]

    def release(self) -> None:
        """Makes the remaining messages visible to others again."""
        for letter in self.all:
            self._sqs.change_message_visibility(QueueUrl=self._url, ReceiptHandle=letter.receipt, VisibilityTimeout=0)

    def _receive(self) -> Iterator[DeadLetter]:
        seen: set[str] = set()
        while messages := self._sqs.receive_message(
            QueueUrl=self._url,
            MaxNumberOfMessages=_PAGE,
            VisibilityTimeout=_VISIBILITY_TIMEOUT_S,
            WaitTimeSeconds=1,
            MessageAttributeNames=["reason"],
            MessageSystemAttributeNames=["SentTimestamp"],
        ).get("Messages"):
            for message in messages:
                if message["MessageId"] not in seen:
                    seen.add(message["MessageId"])
                    yield DeadLetter.from_message(message)


def _event(body: str) -> CallEvent | None:
    try:
        return from_json(body)
    except UnreadableEvent:
        return None


def _what(event: CallEvent | None) -> str:
    match event:
        case None:
            return "unreadable"
        case CallRinging():
            return f"call to {event.callee_uid or f'group {event.receiver_uid}'}"
        case _:
            return f"end of a call ({event.trigger})"


def dead_letters(letters: DeadLetters, *, again: Sequence[str], purge: Sequence[str]) -> int:
    """Lists them, or sends the chosen ones to the calls queue again, or deletes them."""
    try:
        chosen = letters.chosen(again or purge)
        now_ms = time.time_ns() // 1_000_000
        for letter in chosen if again or purge else letters.all:
            print(letter.line(now_ms))
        for letter in chosen:
            letters.send_again(letter) if again else letters.delete(letter)
        if again or purge:
            print(f"{len(chosen)} {'sent to the calls queue again' if again else 'deleted'}")
        elif not letters.all:
            print("the dead-letter queue is empty")
    finally:
        letters.release()
    return 0
