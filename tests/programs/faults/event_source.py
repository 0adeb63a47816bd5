"""The queue's event source on a clock that skips what nobody would notice: the waits between deliveries."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from shared.call_events import CallEvent, to_json
from tests.programs.faults.world import World, timed_invoke
from tests.support.aws.lambda_runtime import RunningFunction

QUEUE_VISIBILITY_S = 36
MAX_RECEIVES = 12
LAMBDA_TIMEOUT_S = 6.0
BATCH = 10


@dataclass(slots=True)
class QueuedMessage:
    body: str
    visible_at_s: float
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    receives: int = 0

    @property
    def receipt(self) -> str:
        return f"{self.id}-{self.receives}"

    def record(self) -> dict[str, Any]:
        return {
            "messageId": self.id,
            "receiptHandle": self.receipt,
            "body": self.body,
            "attributes": {"ApproximateReceiveCount": str(self.receives)},
            "eventSource": "aws:sqs",
        }


@dataclass(slots=True)
class Deliveries:
    """`durations_s` of the invocations; `dead_letters` counts messages that were received too often."""

    durations_s: list[float] = field(default_factory=list)
    dead_letters: int = 0
    first_failed: int = 0
    """How many messages the first delivery did not settle."""


class EventSource:
    def __init__(self, world: World, push: RunningFunction) -> None:
        self._world = world
        self._push = push
        self._messages: list[QueuedMessage] = []
        self._sent_seen = 0

    def send(self, *events: CallEvent) -> None:
        now_s = self._world.clock.now_s()
        self._messages += [QueuedMessage(to_json(event), now_s) for event in events]

    def deliver(self, before_each: Callable[[], None] = lambda: None) -> Deliveries:
        """Until the queue is empty. `before_each` invocation the clock has already been moved."""
        deliveries = Deliveries()
        while self._messages:
            self._world.clock.skip_to(min(message.visible_at_s for message in self._messages))
            before_each()
            now_s = self._world.clock.now_s()
            batch = [message for message in self._messages if message.visible_at_s <= now_s][:BATCH]
            failed = self._invoke(batch, deliveries)
            if len(deliveries.durations_s) == 1:
                deliveries.first_failed = len(failed)
            self._settle(batch, failed, deliveries)
            self._take_sent()
        return deliveries

    def _invoke(self, batch: list[QueuedMessage], deliveries: Deliveries) -> set[str]:
        for message in batch:
            message.receives += 1
            message.visible_at_s = self._world.clock.now_s() + QUEUE_VISIBILITY_S
        result, took_s = timed_invoke(self._world, self._push, {"Records": [message.record() for message in batch]})
        deliveries.durations_s.append(took_s)
        if took_s > LAMBDA_TIMEOUT_S or "batchItemFailures" not in result:
            return {message.id for message in batch}
        return {failure["itemIdentifier"] for failure in result["batchItemFailures"]}

    def _settle(self, batch: list[QueuedMessage], failed: set[str], deliveries: Deliveries) -> None:
        for message in batch:
            if message.id in failed and message.receives < MAX_RECEIVES:
                asked_s = self._world.stubs.visible_after_s.get(message.receipt)
                if asked_s is not None:
                    message.visible_at_s = self._world.clock.now_s() + asked_s
                continue
            deliveries.dead_letters += message.id in failed
            self._messages.remove(message)

    def _take_sent(self) -> None:
        """A group's fan-out puts messages on the queue."""
        sent = self._world.stubs.sent[self._sent_seen :]
        self._sent_seen += len(sent)
        self._messages += [QueuedMessage(body, self._world.clock.now_s()) for body in sent]
