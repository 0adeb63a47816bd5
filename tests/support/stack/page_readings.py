"""What the page's views are made of: pushes as the simulator records them, lines as the functions log them."""

import uuid
from typing import Any

from local.page.stack_reader import Reading
from ops.stack.logs import Entry
from shared.call_events import CallRinging
from shared.call_keys import call_hash
from shared.devices import Device

NOW_MS = 1_795_590_552_000
TOKEN = "ab" * 32


def a_device(uid: str = "bob", token: str = TOKEN) -> Device:
    return Device(
        uid=uid,
        token=token,
        environment="production",
        topic="com.example.app.voip",
        registered_at_ms=NOW_MS - 60_000,
        expires_at_s=NOW_MS // 1000 + 1_000,
    )


def a_push(sequence: int = 1, session: str = "s1", *, token: str = TOKEN, **changes: Any) -> dict[str, Any]:
    payload = {
        "uuid": str(uuid.uuid5(uuid.NAMESPACE_OID, session)),
        "sessionId": session,
        "conversationId": "alice_user_bob",
        "callType": "video",
        "callerUid": "alice",
        "callerName": "Alice",
        "receiver": "bob",
        "receiverType": "user",
        "timestamp": NOW_MS,
        "tag": "7",
        **changes.pop("payload", {}),
    }
    return {
        "sequence": sequence,
        "environment": "production",
        "received_at_ms": NOW_MS + 300,
        "answered_at_ms": NOW_MS + 301,
        "device_token": token,
        "headers": {":path": f"/3/device/{token}", "apns-push-type": "voip"},
        "provider_token": {"iss": "TEAM", "kid": "KEY"},
        "payload": payload,
        "payload_bytes": 500,
        "accepted": True,
        "ending": "answered",
        "status": 200,
        "reason": None,
        **changes,
    }


def the_call(session: str = "s1") -> CallRinging:
    """That `a_push` is about."""
    return CallRinging(
        session_id=session,
        conversation_id="alice_user_bob",
        call_type="video",
        caller_uid="alice",
        caller_name="Alice",
        caller_avatar="",
        receiver_uid="bob",
        receiver_name="",
        receiver_type="user",
        callee_uid="bob",
        message_id=7,
        initiated_at_ms=NOW_MS,
        received_at_ms=NOW_MS,
        correlation_id="c1",
    )


def webhook_line(
    message: str, at_ms: float = 5, *, session: str = "s1", correlation_id: str = "c1", **fields: Any
) -> Entry:
    of_call = {"call": call_hash(the_call(session))} if message in ("call queued", "call end queued") else {}
    return Entry(NOW_MS + at_ms, message, {"service": "webhook", "correlation_id": correlation_id, **of_call, **fields})


def push_line(message: str, at_ms: float, *, session: str = "s1", correlation_id: str = "c1", **fields: Any) -> Entry:
    known = {"service": "push", "correlation_id": correlation_id, "call": call_hash(the_call(session))}
    return Entry(NOW_MS + at_ms, message, {**known, "ms_since_webhook": at_ms, **fields})


def a_reading(**changes: Any) -> Reading:
    nothing: dict[str, Any] = {
        "entries": [],
        "pushes": [],
        "devices": [a_device()],
        "simulator_devices": {},
        "faults": [],
        "facts": {},
        "polls": {},
        "waiting": 0,
        "dead_letters": 0,
    }
    return Reading(**nothing | changes)
