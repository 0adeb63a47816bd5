"""The call that a push is about, read from its payload as the app on the phone reads it."""

from dataclasses import replace
from typing import Any

from ops.calls.webhooks import Call
from shared.call_events import CallRinging
from shared.call_keys import call_hash


def pushed_call(push: dict[str, Any], callee_uid: str = "") -> CallRinging | None:
    """None for a push that is not one of ours. `callee_uid` is whose phone it went to."""
    payload = push["payload"]
    try:
        return CallRinging(
            session_id=payload["sessionId"],
            conversation_id=payload["conversationId"],
            call_type=payload["callType"],
            caller_uid=payload["callerUid"],
            caller_name=payload["callerName"],
            caller_avatar="",
            receiver_uid=payload["receiver"],
            receiver_name=payload.get("receiverName", ""),
            receiver_type=payload["receiverType"],
            callee_uid=callee_uid or (payload["receiver"] if payload["receiverType"] == "user" else ""),
            message_id=int(payload.get("tag", 0)),
            initiated_at_ms=int(payload["timestamp"]),
            received_at_ms=push["received_at_ms"],
            correlation_id="",
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
