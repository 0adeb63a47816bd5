"""The queue that takes the calls to the push function."""

from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from shared.call_events import CallEvent, to_json
from shared.redaction import describe
from shared.time_limits import SEND_CALL_TRIES
from webhook.errors import QueueUnavailable


class CallsQueue(Protocol):
    def send(self, event: CallEvent, *, tries: int = SEND_CALL_TRIES) -> None: ...


class SqsCallsQueue:
    """`client` makes one attempt."""

    def __init__(self, client: Any, url: str) -> None:
        self._client = client
        self._url = url

    def send(self, event: CallEvent, *, tries: int = SEND_CALL_TRIES) -> None:
        """Raises `QueueUnavailable`."""
        try:
            self._client.send_message(QueueUrl=self._url, MessageBody=to_json(event))
        except (BotoCoreError, ClientError) as error:
            if tries == 1:
                raise QueueUnavailable(describe(error)) from error
            self.send(event, tries=tries - 1)
