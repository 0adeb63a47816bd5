"""The webhook function with everything in it but AWS."""

import importlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from shared.secrets import Secret
from tests.support.aws.secrets_manager import SECRET_ARN, FakeSecretsManager
from tests.support.clocks import MovedClock
from tests.support.cometchat.samples import CREDENTIALS
from tests.support.http_events import http_event
from webhook.queue import SqsCallsQueue
from webhook.secret import WebhookSecret

QUEUE_URL = "https://sqs.us-east-1.amazonaws.com/000000000000/test-calls"


@dataclass
class FakeSqs:
    sent: list[str] = field(default_factory=list)
    failure: Exception | None = None

    def send_message(self, *, QueueUrl: str, MessageBody: str) -> None:
        assert QueueUrl == QUEUE_URL
        if self.failure:
            raise self.failure
        self.sent.append(MessageBody)


@dataclass
class WebhookFunction:
    app: Any
    sqs: FakeSqs
    secrets_manager: FakeSecretsManager
    clock: MovedClock

    def post(self, body: bytes | str | None, headers: Mapping[str, str] | None = None, **options: Any) -> Any:
        answer = self.app.handler(http_event("POST /webhooks/call", body, headers, **options), None)
        assert answer["headers"]["content-type"] == "application/json"
        return answer["statusCode"], json.loads(answer["body"])


@pytest.fixture(scope="module")
def app() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CALLS_QUEUE_URL", QUEUE_URL)
        patch.setenv("WEBHOOK_SECRET_ARN", SECRET_ARN)
        return importlib.import_module("webhook.app")


@pytest.fixture
def webhook(app: Any, monkeypatch: pytest.MonkeyPatch) -> WebhookFunction:
    sqs, clock = FakeSqs(), MovedClock()
    secrets_manager = FakeSecretsManager({"AWSCURRENT": json.dumps(CREDENTIALS)})
    monkeypatch.setattr(app, "_queue", SqsCallsQueue(sqs, QUEUE_URL))
    monkeypatch.setattr(app, "_secret", WebhookSecret(Secret(secrets_manager, SECRET_ARN, clock)))
    return WebhookFunction(app, sqs, secrets_manager, clock)
