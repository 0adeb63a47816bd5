"""Events as AWS hands them to functions: HTTP API, payload 2.0, also of a Lambda authorizer, and SQS."""

import base64
import hashlib
import json
import time
import uuid
from collections.abc import Mapping
from typing import Any

from shared.call_events import CallEvent, to_json

_HOST = "api-id.execute-api.us-east-1.amazonaws.com"


def http_event(
    route: str,
    now_ms: int,
    *,
    name: str,
    body: bytes | None = None,
    headers: Mapping[str, str],
    parameters: Mapping[str, str] | None = None,
    in_base64: bool = False,
) -> dict[str, Any]:
    """AWS, "Working with AWS Lambda proxy integrations for HTTP APIs". `name` only tells ids apart."""
    method, _, path = route.partition(" ")
    event = {
        "version": "2.0",
        "routeKey": route,
        "rawPath": path.format(**parameters or {}),
        "rawQueryString": "",
        "headers": {
            **{key.lower(): value for key, value in headers.items()},
            "content-length": str(len(body or b"")),
            "host": _HOST,
            "x-forwarded-for": "192.0.2.1",
            "x-forwarded-port": "443",
            "x-forwarded-proto": "https",
        },
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "api-id",
            "domainName": _HOST,
            "domainPrefix": "api-id",
            "http": {
                "method": method,
                "path": path.format(**parameters or {}),
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1",
                "userAgent": "sample",
            },
            "requestId": request_id(name, now_ms),
            "routeKey": route,
            "stage": "$default",
            "time": time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(now_ms // 1000)),
            "timeEpoch": now_ms,
        },
        "isBase64Encoded": in_base64,
    }
    if parameters:
        event["pathParameters"] = dict(parameters)
    if body is not None:
        event["body"] = base64.b64encode(body).decode() if in_base64 else body.decode()
    return event


def authorizer_event(route: str, now_ms: int, *, name: str, authorization: str) -> dict[str, Any]:
    event = http_event(route, now_ms, name=name, headers={"Authorization": authorization})
    del event["isBase64Encoded"]
    return {
        **event,
        "type": "REQUEST",
        "routeArn": f"arn:aws:execute-api:us-east-1:123456789012:api-id/$default/{route.replace(' /', '/')}",
        "identitySource": [authorization],
    }


def sqs_event(now_ms: int, *messages: CallEvent | str, receive_count: int = 1) -> dict[str, Any]:
    return {"Records": [_record(message, now_ms, receive_count) for message in messages]}


def request_id(name: str, now_ms: int) -> str:
    """Looks like API Gateway's."""
    return base64.b64encode(hashlib.sha256(f"{name} {now_ms}".encode()).digest()[:11]).decode()


def _record(message: CallEvent | str, now_ms: int, receive_count: int) -> dict[str, Any]:
    body = message if isinstance(message, str) else to_json(message)
    return {
        "messageId": str(uuid.uuid5(uuid.NAMESPACE_OID, json.dumps([body, now_ms]))),
        "receiptHandle": "receipt-handle",
        "body": body,
        "attributes": {
            "ApproximateReceiveCount": str(receive_count),
            "SentTimestamp": str(now_ms),
            "SenderId": "AIDAEXAMPLE",
            "ApproximateFirstReceiveTimestamp": str(now_ms),
        },
        "messageAttributes": {},
        "md5OfBody": hashlib.md5(body.encode(), usedforsecurity=False).hexdigest(),
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:voip-push-calls",
        "awsRegion": "us-east-1",
    }
