"""The call that a push is about, read from its payload as the app on the phone reads it."""

import json
from dataclasses import replace
from typing import Any

from ops.calls.webhooks import Call
from shared.call_events import CallRinging
from shared.call_keys import call_hash


def pushed_call(push: dict[str, Any], callee_uid: str = "") -> CallRinging | None:
    """None for a push that is not one of ours. `callee_uid` is whose phone it went to.

    With `PayloadProfile=expo` a push does not say whom it is for, nor in which conversation.
    """
    payload = push["payload"]
    try:
        receiver, receiver_type = payload.get("receiver", callee_uid), payload.get("receiverType", "user")
        return CallRinging(
            session_id=payload["sessionId"],
            conversation_id=payload.get("conversationId", ""),
            call_type=payload["callType"],
            caller_uid=payload["callerUid"],
            caller_name=payload["callerName"],
            caller_avatar=payload.get("senderAvatar", ""),
            receiver_uid=receiver,
            receiver_name=payload.get("receiverName", ""),
            receiver_type=receiver_type,
            callee_uid=callee_uid or (receiver if receiver_type == "user" else ""),
            message_id=int(payload.get("tag", 0)),
            initiated_at_ms=int(payload["timestamp"]),
            received_at_ms=push["received_at_ms"],
            correlation_id="",
            custom=json.dumps(payload["custom"], ensure_ascii=False) if "custom" in payload else "",
        )
    except (TypeError, KeyError, ValueError, AttributeError):
        return None


def log_names(call: CallRinging) -> set[str]:
    """What logs may call it: its end can come without its session id, and is then named by conversation and caller."""
    return {call_hash(call), call_hash(replace(call, session_id=""))}


def as_cometchat_knows_it(call: CallRinging) -> Call:
    """For acting as CometChat in that call."""
    return Call(
        caller=call.caller_uid,
        callee=call.receiver_uid,
        type=call.call_type,
        session_id=call.session_id,
        sent_at_ms=call.initiated_at_ms,
        to_group=call.receiver_type == "group",
    )
