"""What API Gateway hands to tokens, behind the authorizer."""

import json
from typing import Any

from local.sample_events.credentials import OTHER_TOKEN, TOKEN, UID
from local.sample_events.shapes import http_event

_REGISTER, _REGISTER_WITH_UID = "PUT /voip-tokens", "POST /voip-tokens"
_REMOVE, _REMOVE_ALL = "DELETE /voip-tokens/{token}", "DELETE /voip-tokens"
_HEADERS = {"Authorization": "Bearer <jwt>", "Content-Type": "application/json"}


def tokens_events(now_ms: int) -> dict[str, dict[str, Any]]:
    registrations: dict[str, tuple[str, object]] = {
        "tokens-register": (_REGISTER, {"token": TOKEN, "environment": "sandbox"}),
        "tokens-register-with-uid": (_REGISTER_WITH_UID, {"uid": UID, "token": TOKEN}),
        "tokens-register-foreign-uid": (_REGISTER, {"uid": "carol", "token": OTHER_TOKEN}),
        "tokens-register-bad-token": (_REGISTER, {"token": "not hex"}),
        "tokens-register-bad-environment": (_REGISTER, {"token": OTHER_TOKEN, "environment": "staging"}),
        "tokens-register-not-json": (_REGISTER, "not an object"),
    }
    removals = {
        "tokens-remove": (_REMOVE, {"token": TOKEN}),
        "tokens-remove-bad-token": (_REMOVE, {"token": "not-hex"}),
        "tokens-remove-all": (_REMOVE_ALL, None),
    }
    events = {
        name: http_event(route, now_ms, name=name, body=json.dumps(body).encode(), headers=_HEADERS)
        for name, (route, body) in registrations.items()
    } | {
        name: http_event(route, now_ms, name=name, headers=_HEADERS, parameters=parameters)
        for name, (route, parameters) in removals.items()
    }
    for event in events.values():
        event["requestContext"]["authorizer"] = {"lambda": {"uid": UID}}
    return events
