"""The events in `events/`, for `sam local invoke`: as AWS sends them, signed with a secret that everybody may know.

`make events` writes them anew with the time of that moment; a call is stale after 45 s.
"""

import json
import time
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from local import cometchat
from local.cometchat import Call, Webhook
from local.contract import WebhookCredentials
from local.paths import ROOT
from shared.call_events import CallEvent, CallOver, to_json
from webhook.cometchat import Ignored, Receipt, parse

EVENTS = ROOT / "events"
# Not a secret: nothing but these samples is signed with it.
CREDENTIALS = WebhookCredentials("development-only", "cometchat", "development0only")
UID = "bob"
TOKEN = "d0" * 32
_SESSION_TAIL = "0123456789abcdef0123456789abcdef01234567"
_REQUEST_ID = "JKJaXmPLvHcESHA="


def sample_events(now_ms: int) -> dict[str, dict[str, Any]]:
    """By file name, without its ending."""
    session_id = f"v1.us.239414efb0e4882a.{now_ms // 1000}{_SESSION_TAIL}"
    call = Call("alice", UID, "video", session_id, now_ms)
    brief = cometchat.example_of_the_brief(CREDENTIALS)
    documented = cometchat.webhook("documented", call, CREDENTIALS)
    ringing = parse(documented.body, Receipt(now_ms, _REQUEST_ID))
    assert not isinstance(ringing, Ignored)
    over = CallOver(
        trigger="cancelled",
        session_id=session_id,
        conversation_id=call.conversation_id,
        caller_uid=call.caller,
        by_uid=call.caller,
        callee_uid="",
        message_id=2,
        at_ms=now_ms,
        received_at_ms=now_ms,
        correlation_id=_REQUEST_ID,
    )
    broken = Webhook(brief.body, {**brief.headers, "X-CometChat-Signature": "0" * 64})
    registration = json.dumps({"token": TOKEN, "environment": "sandbox"}).encode()
    return {
        "webhook-call-initiated-brief": _webhook(brief, now_ms),
        "webhook-call-initiated-documented": _webhook(documented, now_ms),
        "webhook-custom-provider": _webhook(cometchat.webhook("custom", call, CREDENTIALS), now_ms),
        "webhook-wrong-signature": _webhook(broken, now_ms),
        "push-call-ringing": _sqs(ringing, now_ms),
        "push-call-over": _sqs(over, now_ms),
        "tokens-register": _tokens("PUT /voip-tokens", now_ms, registration),
        "tokens-remove": _tokens("DELETE /voip-tokens/{token}", now_ms, parameters={"token": TOKEN}),
        "tokens-remove-all": _tokens("DELETE /voip-tokens", now_ms),
        "authorizer-not-a-jwt": _authorizer("Bearer not-a-jwt", now_ms),
    }


def write(directory: Path, now_ms: int) -> None:
    for name, event in sample_events(now_ms).items():
        (directory / f"{name}.json").write_text(json.dumps(event, indent=2) + "\n")


def _webhook(sent: Webhook, now_ms: int) -> dict[str, Any]:
    return _http("POST /webhooks/call", now_ms, sent.body, sent.headers)


def _tokens(
    route: str, now_ms: int, body: bytes | None = None, parameters: Mapping[str, str] | None = None
) -> dict[str, Any]:
    event = _http(route, now_ms, body, {"Content-Type": "application/json"})
    event["requestContext"]["authorizer"] = {"lambda": {"uid": UID}}
    return {**event, "pathParameters": dict(parameters)} if parameters else event


def _http(route: str, now_ms: int, body: bytes | None, headers: Mapping[str, str]) -> dict[str, Any]:
    """HTTP API, payload 2.0 (AWS, Working with AWS Lambda proxy integrations for HTTP APIs)."""
    method, _, path = route.partition(" ")
    path = path.replace("{token}", TOKEN)
    return {
        "version": "2.0",
        "routeKey": route,
        "rawPath": path,
        "rawQueryString": "",
        "headers": {name.lower(): value for name, value in headers.items()},
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "api-id",
            "domainName": "api-id.execute-api.us-east-1.amazonaws.com",
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1",
                "userAgent": "sample",
            },
            "requestId": _REQUEST_ID,
            "routeKey": route,
            "stage": "$default",
            "time": time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(now_ms // 1000)),
            "timeEpoch": now_ms,
        },
        "body": body.decode() if body is not None else None,
        "isBase64Encoded": False,
    }


def _sqs(event: CallEvent, now_ms: int) -> dict[str, Any]:
    body = to_json(event)
    return {
        "Records": [
            {
                "messageId": str(uuid.uuid5(uuid.NAMESPACE_OID, body)),
                "receiptHandle": "receipt-handle",
                "body": body,
                "attributes": {
                    "ApproximateReceiveCount": "1",
                    "SentTimestamp": str(now_ms),
                    "SenderId": "AIDAEXAMPLE",
                    "ApproximateFirstReceiveTimestamp": str(now_ms),
                },
                "messageAttributes": {},
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:voip-push-calls",
                "awsRegion": "us-east-1",
            }
        ]
    }


def _authorizer(authorization: str, now_ms: int) -> dict[str, Any]:
    route = "PUT /voip-tokens"
    event = _http(route, now_ms, None, {"Authorization": authorization})
    return {
        **{name: event[name] for name in ("version", "routeKey", "rawPath", "rawQueryString", "headers")},
        "type": "REQUEST",
        "routeArn": "arn:aws:execute-api:us-east-1:123456789012:api-id/$default/PUT/voip-tokens",
        "identitySource": [authorization],
        "requestContext": event["requestContext"],
    }


if __name__ == "__main__":
    write(EVENTS, time.time_ns() // 1_000_000)
