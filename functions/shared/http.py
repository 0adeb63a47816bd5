"""API Gateway's HTTP API events (payload 2.0), and `sam local`'s, as plain requests; and answers for them."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from shared.clock import now_ms
from shared.errors import UnreadableBody


@dataclass(frozen=True, slots=True)
class Request:
    """`headers` have lower-case names; a header sent twice has both values, joined by a comma."""

    headers: Mapping[str, str]
    body: bytes
    received_at_ms: int
    request_id: str

    @classmethod
    def from_event(cls, event: Mapping[str, Any]) -> Self:
        context = event["requestContext"]
        return cls(
            headers=_lower_cased(event.get("headers") or {}),
            body=_raw_body(event),
            received_at_ms=_received_at_ms(int(context["timeEpoch"])),
            request_id=context["requestId"],
        )


def json_response(status: int, **body: str | int) -> dict[str, Any]:
    return {
        "statusCode": status,
        "headers": {"content-type": "application/json", "cache-control": "no-store"},
        "body": json.dumps(body),
    }


def _received_at_ms(time_epoch: int) -> int:
    """API Gateway's milliseconds. `sam local start-api` gives the second of its own start instead."""
    return time_epoch if time_epoch > 100_000_000_000 else now_ms()


def _lower_cased(headers: Mapping[str, str]) -> dict[str, str]:
    lowered: dict[str, str] = {}
    for name, value in headers.items():
        key = name.lower()
        lowered[key] = f"{lowered[key]},{value}" if key in lowered else value
    return lowered


def _raw_body(event: Mapping[str, Any]) -> bytes:
    body = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        # Halves of surrogate pairs can't have been in a body that was text; they match no signature and are no JSON.
        return body.encode(errors="surrogatepass")
    try:
        return base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError) as error:
        raise UnreadableBody from error
