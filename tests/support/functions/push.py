"""The push function in this process, and the queue that its events come from."""

import time
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from shared.call_events import CallEvent, to_json


@dataclass
class PushFunction:
    app: Any
    sqs: Any
    queue_url: str

    def __call__(self, *events: CallEvent | str) -> Any:
        """Puts the events into the queue, takes them out as the event source does, and works on them."""
        for event in events:
            body = event if isinstance(event, str) else to_json(event)
            self.sqs.send_message(QueueUrl=self.queue_url, MessageBody=body)
        return self.handle(self.receive(len(events)))

    def receive(self, count: int) -> list[dict[str, Any]]:
        records: list[dict[str, Any]] = []
        give_up_at = time.monotonic() + 20
        while len(records) < count and time.monotonic() < give_up_at:
            response = self.sqs.receive_message(
                QueueUrl=self.queue_url,
                MaxNumberOfMessages=10,
                WaitTimeSeconds=1,
                VisibilityTimeout=36,
                MessageSystemAttributeNames=["All"],
            )
            records += [
                {
                    "messageId": message["MessageId"],
                    "receiptHandle": message["ReceiptHandle"],
                    "body": message["Body"],
                    "attributes": message["Attributes"],
                    "eventSource": "aws:sqs",
                }
                for message in response.get("Messages", [])
            ]
        assert len(records) == count
        return records

    def handle(self, records: list[dict[str, Any]], remaining_ms: int = 6_000) -> Any:
        context = SimpleNamespace(get_remaining_time_in_millis=lambda: remaining_ms)
        return self.app.handler({"Records": records}, context)
