"""The tokens function with everything in it but DynamoDB."""

import json
from dataclasses import dataclass, field
from typing import Any

from shared.devices import KEEP_S, ApnsEnvironment, Device
from tests.support.clocks import NOON_MS
from tests.support.docs.openapi import assert_documented, operations
from tests.support.http_events import http_event
from tokens.errors import RegistryUnavailable, TooManyNewDevices

BUNDLE_ID = "com.example.app"
TOPIC = f"{BUNDLE_ID}.voip"
SETTINGS = {"DEVICES_TABLE": "test-devices", "BUNDLE_ID": BUNDLE_ID, "DEFAULT_APNS_ENVIRONMENT": "production"}


@dataclass
class FakeRegistry:
    """Who owns which device."""

    devices: dict[str, Device] = field(default_factory=dict)
    available: bool = True
    full: bool = False

    def register(self, uid: str, token: str, environment: ApnsEnvironment, topic: str) -> Device:
        self._check()
        if self.full:
            raise TooManyNewDevices(3_600)
        self.devices[token] = Device(
            uid=uid,
            token=token,
            environment=environment,
            topic=topic,
            registered_at_ms=NOON_MS,
            expires_at_s=NOON_MS // 1000 + KEEP_S,
        )
        return self.devices[token]

    def remove(self, uid: str, token: str) -> None:
        self._check()
        if token in self.devices and self.devices[token].uid == uid:
            del self.devices[token]

    def remove_all(self, uid: str) -> int:
        self._check()
        own = [token for token, device in self.devices.items() if device.uid == uid]
        for token in own:
            del self.devices[token]
        return len(own)

    def _check(self) -> None:
        if not self.available:
            raise RegistryUnavailable("throttled")


@dataclass
class TokensFunction:
    app: Any
    registry: FakeRegistry
    last_headers: dict[str, str] = field(default_factory=dict)

    def __call__(
        self, route: str, body: object = None, *, uid: str = "alice", token: str | None = None, in_base64: bool = False
    ) -> Any:
        """`body` is sent as it is if it is a string or bytes, else as JSON."""
        raw = body if body is None or isinstance(body, str | bytes) else json.dumps(body)
        event = http_event(route, raw, in_base64=in_base64)
        event["requestContext"]["authorizer"] = {"lambda": {"uid": uid}}
        if token is not None:
            event["pathParameters"] = {"token": token}
        answer = self.app.handler(event, None)
        self.last_headers = answer["headers"]
        status, answered = answer["statusCode"], json.loads(answer["body"])
        if route in operations():
            assert_documented(route, status, answered)
        return status, answered
