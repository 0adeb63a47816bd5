"""Webhooks that say that a call was answered, refused or given up, or that it is over.

Needed is a name of the call: its session id, or its conversation with its caller. All else is optional.
"""

from shared.call_events import CallEnded
from webhook.fields import Fields
from webhook.receipt import Receipt
from webhook.session_ids import signalled_session_id, signed_session_id

# Who sends these is the caller; `call_rejected` and `call_busy` are sent by the callee, with the parties flipped.
_SENT_BY_CALLER = {"cancelled": True, "unanswered": True, "rejected": False, "busy": False}
# Events of the media session, with the field that holds their time.
_TIME_OF = {"started": "created_at", "participant_joined": "joined_at", "ended": "destroyed_at"}
SESSION_ACTIONS = _TIME_OF.keys()
ACTIONS = _SENT_BY_CALLER.keys() | SESSION_ACTIONS
CUSTOM_ACTIONS = {"cancelled", "unanswered", "ongoing", "rejected", "ended", "busy"}


def signalled(action: str, call: Fields, receipt: Receipt) -> CallEnded:
    """cancelled, rejected, unanswered or busy, as the caller's or callee's app has sent it."""
    entities = call.optional_object("data").optional_object("entities")
    session_id = signalled_session_id(entities)
    by_uid, other_uid = call.optional_uid("sender"), call.optional_uid("receiver")
    sent_by_caller = _SENT_BY_CALLER.get(action, True)
    # The entity keeps the call's own parties. `unanswered` may come from either side.
    fixed_caller = entities.optional_object("on").optional_object("entity").optional_uid("sender")
    caller_uid = fixed_caller or (by_uid if sent_by_caller else other_uid)
    if not session_id and not caller_uid:
        call.uid("sender" if sent_by_caller else "receiver")
    return CallEnded(
        trigger=action,
        session_id=session_id,
        conversation_id=_conversation_id(call, session_id),
        caller_uid=caller_uid,
        by_uid=by_uid,
        callee_uid="",
        message_id=call.message_id("id"),
        at_ms=receipt.not_after(call.optional_time_ms("sentAt")),
        received_at_ms=receipt.at_ms,
        correlation_id=receipt.correlation_id,
    )


def of_session(action: str, data: Fields, receipt: Receipt) -> CallEnded:
    """started, participant_joined or ended, as the media servers report it, or any of them in the signed shape."""
    occupant = data.optional_object("occupant")
    holder = occupant if action == "participant_joined" else data
    time_field = _TIME_OF.get(action)
    return CallEnded(
        trigger=action,
        session_id=signed_session_id(data),
        conversation_id=data.optional_id("conversationId"),
        caller_uid=data.optional_object("initiator").optional_uid("uid"),
        by_uid=occupant.optional_uid("uid"),
        callee_uid="",
        message_id=0,
        at_ms=receipt.not_after(holder.optional_time_ms(time_field) if time_field else 0),
        received_at_ms=receipt.at_ms,
        correlation_id=receipt.correlation_id,
    )


def custom(action: str, data: Fields, details: Fields, receipt: Receipt) -> CallEnded:
    """What one recipient is told."""
    session_id = details.optional_id("sessionId")
    by_uid = details.optional_uid("sender") if session_id else details.uid("sender")
    # Of the other actions it is not documented whether `sender` is the caller or who did it.
    is_caller = not session_id or _SENT_BY_CALLER.get(action, False)
    return CallEnded(
        trigger=action,
        session_id=session_id,
        conversation_id=_conversation_id(details, session_id),
        caller_uid=by_uid if is_caller else "",
        by_uid=by_uid,
        callee_uid=data.optional_object("to").optional_uid("uid"),
        message_id=details.message_id("tag"),
        at_ms=receipt.not_after(details.optional_time_ms("sentAt")),
        received_at_ms=receipt.at_ms,
        correlation_id=receipt.correlation_id,
    )


def _conversation_id(fields: Fields, session_id: str) -> str:
    conversation_id = fields.optional_id("conversationId")
    if not session_id and not conversation_id:
        fields.refuse("conversationId", "the id of the conversation, as the call has no session id")
    return conversation_id
