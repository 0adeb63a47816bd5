"""The queue that takes the calls to the push function."""

from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from shared.call_events import CallEvent, to_json
from shared.redaction import describe
from webhook.errors import QueueUnavailable

# CometChat waits 2 s for its answer. Between botocore's own tries there may be another second.
TRIES = 2


class CallsQueue(Protocol):
    def send(self, event: CallEvent, *, tries: int = TRIES) -> None: ...


class SqsCallsQueue:
    """`client` makes one attempt."""

    def __init__(self, client: Any, url: str) -> None:
        self._client = client
        self._url = url

    def send(self, event: CallEvent, *, tries: int = TRIES) -> None:
        """Raises `QueueUnavailable`."""
        try:
            self._client.send_message(QueueUrl=self._url, MessageBody=to_json(event))
        except (BotoCoreError, ClientError) as error:
            if tries == 1:
                raise QueueUnavailable(describe(error)) from error
            self.send(event, tries=tries - 1)
