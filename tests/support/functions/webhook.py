"""The webhook function with everything in it but AWS."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.call_events import CallEnded
from tests.support.aws.secrets_manager import FakeSecretsManager
from tests.support.clocks import MovedClock
from tests.support.docs.openapi import assert_documented
from tests.support.http_events import http_event

QUEUE_URL = "https://sqs.us-east-1.amazonaws.com/000000000000/test-calls"


@dataclass
class FakeSqs:
    sent: list[str] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)
    """What the next attempts meet."""

    def send_message(self, *, QueueUrl: str, MessageBody: str) -> None:
        assert QueueUrl == QUEUE_URL
        if self.failures:
            raise self.failures.pop(0)
        self.sent.append(MessageBody)


@dataclass
class FakeCallEnds:
    """The calls table, as far as the webhook function writes it."""

    added: list[CallEnded] = field(default_factory=list)
    failure: Exception | None = None

    def add(self, call_ended: CallEnded) -> None:
        if self.failure:
            raise self.failure
        self.added.append(call_ended)


@dataclass
class WebhookFunction:
    app: Any
    sqs: FakeSqs
    call_ends: FakeCallEnds
    secrets_manager: FakeSecretsManager
    clock: MovedClock

    def post(self, body: bytes | str | None, headers: Mapping[str, str] | None = None, **options: Any) -> Any:
        answer = self.app.handler(http_event("POST /webhooks/call", body, headers, **options), None)
        assert answer["headers"]["content-type"] == "application/json"
        status, answered = answer["statusCode"], json.loads(answer["body"])
        assert_documented("POST /webhooks/call", status, answered)
        return status, answered
