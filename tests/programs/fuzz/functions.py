"""The functions as they are deployed, but for AWS, Apple, the issuer of JWTs and the terminal."""

import importlib
import io
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from typing import Any

import pytest
from jwt import PyJWK

from authorizer import cometchat_tokens
from authorizer.errors import UnknownKey
from authorizer.http_get import HttpResponse
from authorizer.jwks import Jwks
from shared import aws
from shared.observability import logger
from tests.support.aws.secrets_manager import SECRET_ARN, FakeSecretsManager
from tests.support.cometchat.samples import CREDENTIALS
from tests.support.functions.tokens import SETTINGS as TOKENS_SETTINGS
from tests.support.functions.tokens import FakeRegistry
from tests.support.functions.webhook import QUEUE_URL, FakeCallEnds, FakeSqs
from tests.support.jwts import AUDIENCE, ISSUER, SigningKey

ISSUERS_KEY = SigningKey("issuers-key")
ISSUERS_JWK = PyJWK(ISSUERS_KEY.jwk())
# One secret for all who read one.
SECRET = json.dumps({**CREDENTIALS, "rest_api_key": "rest-api-key-of-the-tests"})
COMETCHAT_TOKENS = {f"{uid}_1744960000{'0123456789abcde' * 2}": uid for uid in ("alice", "bob")}
SETTINGS = TOKENS_SETTINGS | {
    "CALLS_QUEUE_URL": QUEUE_URL,
    "WEBHOOK_SECRET_ARN": SECRET_ARN,
    "TOKEN_ISSUER": ISSUER,
    "TOKEN_AUDIENCE": AUDIENCE,
    "TOKEN_JWKS_URL": f"{ISSUER}/jwks.json",
    "TOKEN_UID_CLAIM": "sub",
    "TOKEN_ALGORITHMS": "RS256,ES256",
    "ACCEPT_COMETCHAT_TOKENS": "true",
    "COMETCHAT_API_URL": "https://app.api-us.cometchat.io/v3",
    "COMETCHAT_API_SECRET_ARN": SECRET_ARN,
    "CALLS_TABLE": "test-calls",
    "DEAD_LETTER_QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/000000000000/test-dead-letters",
    "APNS_KEY_SECRET_ARN": SECRET_ARN,
    "APNS_PRODUCTION_URL": "https://api.push.apple.com",
    "APNS_SANDBOX_URL": "https://api.sandbox.push.apple.com",
    "RING_SECONDS": "45",
    "GROUP_MEMBER_LIMIT": "50",
    "PAYLOAD_PROFILE": "standard",
}


class Said(io.StringIO):
    """What the functions print during one input."""

    def take(self) -> str:
        text = self.getvalue()
        self.seek(0)
        self.truncate()
        return text


@dataclass(frozen=True, slots=True)
class Functions:
    webhook: Any
    authorizer: Any
    tokens: Any
    push: Any
    sqs: FakeSqs
    call_ends: FakeCallEnds
    said: Said
    registry: FakeRegistry = field(default_factory=FakeRegistry)

    def metrics(self) -> tuple[dict[str, float], str]:
        """What one invocation has counted, and all that it has printed."""
        text = self.said.take()
        sums: dict[str, float] = {}
        for line in text.split("\n"):
            if not line:
                continue
            fields = json.loads(line)
            for directive in fields.get("_aws", {}).get("CloudWatchMetrics", ()):
                for metric in directive["Metrics"]:
                    sums[metric["Name"]] = sums.get(metric["Name"], 0) + sum(fields[metric["Name"]])
        return sums, text


@contextmanager
def loaded() -> Iterator[Functions]:
    """Imported again, with their handlers' surroundings replaced."""
    sqs, call_ends, said = FakeSqs(), FakeCallEnds(), Said()
    clients = {"sqs": sqs, "secretsmanager": FakeSecretsManager({"AWSCURRENT": SECRET})}
    names = ("webhook.app", "authorizer.app", "tokens.app", "push.app")
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(said):
        for name, value in SETTINGS.items():
            patch.setenv(name, value)
        patch.setattr(aws, "client", lambda service, _limits: clients.get(service))
        patch.setattr(Jwks, "key", lambda _, key_id, algorithm: _key(key_id))
        patch.setattr(cometchat_tokens, "get", _cometchat)
        patch.setattr(cometchat_tokens, "BURST", 10**9)
        for name in names:
            # Others may have imported it, with settings and surroundings of their own.
            patch.delitem(sys.modules, name, raising=False)
        webhook, authorizer, tokens, push = (importlib.import_module(name) for name in names)
        handler: Any = logger.registered_handler
        former = handler.setStream(said)
        functions = Functions(webhook, authorizer, tokens, push, sqs, call_ends, said)
        patch.setattr(tokens, "_registry", functions.registry)
        patch.setattr(webhook, "_call_ends", lambda: call_ends)
        try:
            yield functions
        finally:
            handler.setStream(former)
            for name in names:
                sys.modules.pop(name, None)


def _key(key_id: str) -> PyJWK:
    """As the key set of the issuer has it."""
    if key_id != ISSUERS_KEY.key_id:
        raise UnknownKey
    return ISSUERS_JWK


def _cometchat(url: str, *_: Any, **__: Any) -> HttpResponse:
    """CometChat's REST API, asked for an auth token."""
    token = url.rpartition("/")[2]
    if token not in COMETCHAT_TOKENS:
        return HttpResponse(404, json.dumps({"error": {"code": "AUTH_ERR_AUTH_TOKEN_NOT_FOUND"}}).encode())
    return HttpResponse(200, json.dumps({"data": {"uid": COMETCHAT_TOKENS[token], "authToken": token}}).encode())
