"""The webhook function with everything in it but AWS."""

import importlib
import json
from typing import Any

import pytest

from shared.secrets import Secret
from tests.support.aws.secrets_manager import SECRET_ARN, FakeSecretsManager
from tests.support.clocks import MovedClock
from tests.support.cometchat.samples import CREDENTIALS
from tests.support.functions.webhook import QUEUE_URL, FakeCallEnds, FakeSqs, WebhookFunction
from webhook.queue import SqsCallsQueue
from webhook.secret import WebhookSecret


@pytest.fixture(scope="module")
def app() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CALLS_QUEUE_URL", QUEUE_URL)
        patch.setenv("WEBHOOK_SECRET_ARN", SECRET_ARN)
        patch.setenv("CALLS_TABLE", "test-calls")
        patch.setenv("RING_SECONDS", "45")
        return importlib.import_module("webhook.app")


@pytest.fixture
def webhook(app: Any, monkeypatch: pytest.MonkeyPatch) -> WebhookFunction:
    sqs, call_ends, clock = FakeSqs(), FakeCallEnds(), MovedClock()
    secrets_manager = FakeSecretsManager({"AWSCURRENT": json.dumps(CREDENTIALS)})
    monkeypatch.setattr(app, "_queue", SqsCallsQueue(sqs, QUEUE_URL))
    monkeypatch.setattr(app, "_call_ends", lambda: call_ends)
    monkeypatch.setattr(app, "_secret", WebhookSecret(Secret(secrets_manager, SECRET_ARN, clock)))
    return WebhookFunction(app, sqs, call_ends, secrets_manager, clock)
