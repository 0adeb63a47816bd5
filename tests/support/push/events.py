"""Calls, ends of calls and devices, as the push function meets them."""

from typing import Any

from push.queue import Message
from shared.call_ends import CallEnd
from shared.call_events import CallEnded, CallEvent, CallRinging, to_json
from shared.devices import KEEP_S, Device
from tests.support.clocks import NOON_MS

TOPIC = "com.example.app.voip"
TOKEN = "a1" * 32
OTHER_TOKEN = "b2" * 32
RING_MS = 45_000


def ringing(**changes: Any) -> CallRinging:
    """Alice calls Bob, now."""
    fields: dict[str, Any] = {
        "session_id": "v1.us.2779.17449600000123456789012345678901234567890abcdef0",
        "conversation_id": "alice_user_bob",
        "call_type": "video",
        "caller_uid": "alice",
        "caller_name": "Alice",
        "caller_avatar": "https://example.com/alice.png",
        "receiver_uid": "bob",
        "receiver_name": "Bob",
        "receiver_type": "user",
        "callee_uid": "bob",
        "message_id": 100,
        "initiated_at_ms": NOON_MS,
        "received_at_ms": NOON_MS,
        "correlation_id": "correlation-1",
    }
    return CallRinging(**fields | changes)


def call_ended(**changes: Any) -> CallEnded:
    """Alice hangs up on the call that `ringing` makes."""
    call = ringing()
    fields: dict[str, Any] = {
        "trigger": "cancelled",
        "session_id": call.session_id,
        "conversation_id": call.conversation_id,
        "caller_uid": call.caller_uid,
        "by_uid": call.caller_uid,
        "callee_uid": "",
        "message_id": 101,
        "at_ms": NOON_MS + 2_000,
        "received_at_ms": NOON_MS + 2_000,
        "correlation_id": "correlation-2",
    }
    return CallEnded(**fields | changes)


def fact(event: CallEnded) -> CallEnd:
    """What the calls table tells of it."""
    return CallEnd(
        trigger=event.trigger,
        by_uid=event.by_uid,
        callee_uid=event.callee_uid,
        message_id=event.message_id,
        at_ms=event.at_ms,
        session_id=event.session_id,
    )


def device(token: str = TOKEN, **changes: Any) -> Device:
    """Bob's, registered an hour ago."""
    registered_at_ms = NOON_MS - 3_600_000
    fields: dict[str, Any] = {
        "uid": "bob",
        "token": token,
        "environment": "production",
        "topic": TOPIC,
        "registered_at_ms": registered_at_ms,
        "expires_at_s": registered_at_ms // 1000 + KEEP_S,
    }
    return Device(**fields | changes)


def message(event: CallEvent | str, name: str = "m1", receive_count: int = 1) -> Message:
    body = event if isinstance(event, str) else to_json(event)
    return Message(id=name, receipt=f"receipt of {name}", body=body, receive_count=receive_count)
