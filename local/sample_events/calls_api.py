"""What API Gateway hands to calls, behind the authorizer."""

from typing import Any

from local.sample_events.credentials import UID
from local.sample_events.shapes import http_event

_ROUTE = "GET /calls/{uuid}"
_HEADERS = {"Authorization": "Bearer <jwt>"}
# Of a call that has never been: the table of a fresh stack has none.
_UUID = "3b5f7f0c-8f4e-5d9b-a1d6-0d2c4c6e8f10"


def calls_events(now_ms: int) -> dict[str, dict[str, Any]]:
    uuids = {"calls-state": _UUID, "calls-bad-uuid": "not-a-uuid"}
    events = {
        name: http_event(_ROUTE, now_ms, name=name, headers=_HEADERS, parameters={"uuid": uuid})
        for name, uuid in uuids.items()
    }
    for event in events.values():
        event["requestContext"]["authorizer"] = {"lambda": {"uid": UID}}
    return events
