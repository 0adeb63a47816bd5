"""The VoIP push's payload.

One flat object that serves the brief's app and CometChat's own samples alike. Those leave a call unreported, or crash,
when one of their strings is missing, so everything they need is always there (CometChat, iOS APNs push notifications).
"""

import json
import uuid
from itertools import accumulate
from typing import Any

from shared.call_events import CallRinging
from shared.call_keys import UUID_NAMESPACE, call_uuid, claim_key

MAX_BYTES = 4096
"""The brief's limit. Apple's own for VoIP is 5120."""

# In the order in which they go when there is no room.
_OPTIONAL = ("senderAvatar", "title", "tag", "receiverName")
_NAMES = ("callerName", "senderName")


def apns_id(call: CallRinging, token: str) -> str:
    """The same for every attempt to ring this device for this call."""
    return str(uuid.uuid5(UUID_NAMESPACE, f"{claim_key(call)}#{token}"))


def build_payload(call: CallRinging) -> bytes:
    """UTF-8 JSON of at most `MAX_BYTES`. Optional fields are dropped, then names shortened; nothing else is touched."""
    payload = _fields(call)
    for name in _OPTIONAL:
        if len(_encode(payload)) <= MAX_BYTES:
            break
        payload.pop(name, None)
    excess = len(_encode(payload)) - MAX_BYTES
    if excess > 0:
        share = excess // len(_NAMES) + len(_NAMES)
        payload.update({name: _shortened(payload[name], share) for name in _NAMES})
    return _encode(payload)


def _fields(call: CallRinging) -> dict[str, Any]:
    caller_name = call.caller_name or call.caller_uid
    fields: dict[str, Any] = {
        "aps": {"content-available": 1},
        "uuid": call_uuid(call),
        "sessionId": call.session_id,
        "callType": call.call_type,
        "callerUid": call.caller_uid,
        "callerName": caller_name,
        "timestamp": call.initiated_at_ms,
        # What CometChat's samples read.
        "type": "call",
        "callAction": "initiated",
        "sender": call.caller_uid,
        "senderUid": call.caller_uid,
        "senderName": caller_name,
        "receiver": call.receiver_uid,
        "receiverType": call.receiver_type,
        "conversationId": call.conversation_id or _conversation_id(call),
        "body": f"{call.call_type.upper()} CALL",
        "sentAt": str(call.initiated_at_ms),
        "title": caller_name,
    }
    optional = {
        "senderAvatar": call.caller_avatar,
        "tag": str(call.message_id or ""),
        "receiverName": call.receiver_name,
    }
    return fields | {name: value for name, value in optional.items() if value}


def _conversation_id(call: CallRinging) -> str:
    """As CometChat would name it."""
    if call.receiver_type == "group":
        return f"group_{call.receiver_uid}"
    return "_user_".join(sorted((call.caller_uid, call.receiver_uid)))


def _shortened(name: str, by_bytes: int) -> str:
    """Cut by at least that many bytes as JSON counts them, between characters, and with an ellipsis to show for it."""
    sizes = [len(_encode(character)) - len(_encode("")) for character in name]
    room = sum(sizes) - by_bytes - len("…".encode())
    kept = sum(1 for used in accumulate(sizes) if used <= room)
    # A joiner left at the end would swallow the ellipsis.
    return name[:kept].rstrip("\u200d\ufe0f ") + "…"


def _encode(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
