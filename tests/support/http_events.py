"""Requests as API Gateway's HTTP API hands them to a function (payload 2.0)."""

import base64
from collections.abc import Mapping
from typing import Any

from tests.support.clocks import NOON_MS

REQUEST_ID = "JKJaXmPLvHcESHA="


def http_event(
    route: str,
    body: bytes | str | None = None,
    headers: Mapping[str, str] | None = None,
    *,
    in_base64: bool = False,
    received_at_ms: int = NOON_MS,
) -> dict[str, Any]:
    """API Gateway encodes bodies whose content type is no text; `sam local` and tests may pass any string."""
    method, path = route.split(" ")
    if in_base64 and isinstance(body, bytes):
        body = base64.b64encode(body).decode()
    return {
        "version": "2.0",
        "routeKey": route,
        "rawPath": path,
        "headers": dict(headers or {}),
        "requestContext": {
            "requestId": REQUEST_ID,
            "timeEpoch": received_at_ms,
            "http": {"method": method, "path": path, "sourceIp": "192.0.2.1"},
        },
        "body": body.decode() if isinstance(body, bytes) else body,
        "isBase64Encoded": in_base64,
    }
