"""The calls in the samples: alice calls bob, each time in a session of its own."""

import hashlib
import uuid

from local.sample_events.credentials import UID
from local.sample_events.shapes import request_id
from ops.calls.webhooks import Call, Shape
from shared.call_events import CallEnded, CallRinging

CALLER = "alice"
GROUP = "sample-team"


def call(name: str, now_ms: int, *, to_group: bool = False, shape: Shape = "documented") -> Call:
    digest = hashlib.sha256(f"{name} {now_ms}".encode()).hexdigest()
    own_id = f"v1.us.239414efb0e4882a.{now_ms // 1000}{digest[:40]}"
    session_id = str(uuid.UUID(digest[:32])) if shape == "signed" else own_id
    return Call(CALLER, GROUP if to_group else UID, "video", session_id, now_ms, to_group)


def ringing(name: str, now_ms: int, *, callee: str = UID, age_ms: int = 0) -> CallRinging:
    """As webhook puts it on the queue. An empty `callee`: to the group."""
    of = call(name, now_ms)
    receiver = callee or GROUP
    return CallRinging(
        session_id=of.session_id,
        conversation_id=f"{CALLER}_user_{callee}" if callee else f"group_{GROUP}",
        call_type=of.type,
        caller_uid=CALLER,
        caller_name=CALLER.capitalize(),
        caller_avatar="",
        receiver_uid=receiver,
        receiver_name=receiver.capitalize(),
        receiver_type="user" if callee else "group",
        callee_uid=callee,
        message_id=56_737,
        initiated_at_ms=now_ms - age_ms,
        received_at_ms=now_ms - age_ms,
        correlation_id=request_id(name, now_ms),
    )


def call_ended(name: str, now_ms: int) -> CallEnded:
    """The caller has hung up on what `ringing` of the same name began."""
    of = call(name, now_ms)
    return CallEnded(
        trigger="cancelled",
        session_id=of.session_id,
        conversation_id=of.conversation_id,
        caller_uid=CALLER,
        by_uid=CALLER,
        callee_uid="",
        message_id=56_738,
        at_ms=now_ms,
        received_at_ms=now_ms,
        correlation_id=request_id(name, now_ms),
    )
