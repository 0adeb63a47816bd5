"""A DynamoDB that accepts connections and never answers: the phone gets a 503 while the function still has time."""

import importlib
import json
import socket
import sys
from collections.abc import Iterator
from threading import Thread
from typing import Any

import pytest

from tests.support.http_events import http_event

SETTINGS = {
    "DEVICES_TABLE": "devices",
    "BUNDLE_ID": "com.example.app",
    "DEFAULT_APNS_ENVIRONMENT": "production",
    "AWS_REGION": "eu-central-1",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
}


class SilentServer:
    """Accepts connections, keeps them open and says nothing."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.connections: list[socket.socket] = []
        Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def close(self) -> None:
        for each in (self._listener, *self.connections):
            each.close()

    def _accept(self) -> None:
        while True:
            try:
                self.connections.append(self._listener.accept()[0])
            except OSError:
                return


@pytest.fixture
def silent_dynamodb() -> Iterator[SilentServer]:
    server = SilentServer()
    yield server
    server.close()


@pytest.fixture
def app(silent_dynamodb: SilentServer, monkeypatch: pytest.MonkeyPatch) -> Any:
    for name, value in (SETTINGS | {"AWS_ENDPOINT_URL": silent_dynamodb.url}).items():
        monkeypatch.setenv(name, value)
    monkeypatch.delitem(sys.modules, "tokens.app", raising=False)
    yield importlib.import_module("tokens.app")
    sys.modules.pop("tokens.app", None)


def test_the_phone_is_told_to_try_again(app: Any, silent_dynamodb: SilentServer) -> None:
    event = http_event("PUT /voip-tokens", json.dumps({"token": "a1" * 32}))
    event["requestContext"]["authorizer"] = {"lambda": {"uid": "alice"}}

    assert app.handler(event, None)["statusCode"] == 503
    assert len(silent_dynamodb.connections) == 2
