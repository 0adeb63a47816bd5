"""What CometChat posts, made into our own events.

Three shapes are read: the signed one, CometChat's documented `call_*` triggers, and its push "custom provider"
(docs: calls/webhooks, notifications/custom-providers). Where documentation and observed deliveries disagree, both are
accepted: sessions are named `sessionid` or `sessionId` or not at all, times come in seconds or milliseconds.
"""

import re
from dataclasses import dataclass, field

from shared.call_events import CallEnded, CallEvent, CallRinging, CallType, ReceiverType
from shared.fields import MAX_ID, Fields
from webhook.session_ids import began_at_ms

CALL_TYPES: tuple[CallType, ...] = ("audio", "video")
MAX_CUSTOM_BYTES = 3_000
"""A longer one would never fit into a push."""
RECEIVER_TYPES: tuple[ReceiverType, ...] = ("user", "group")

# Who sends these is the caller; `call_rejected` and `call_busy` are sent by the callee, with the parties flipped.
_SENT_BY_CALLER = {"cancelled": True, "unanswered": True, "rejected": False, "busy": False}
# Events of the media session, with the field that holds their time.
_TIME_OF = {"started": "created_at", "participant_joined": "joined_at", "ended": "destroyed_at"}
_ENDS = _SENT_BY_CALLER.keys() | _TIME_OF.keys()
_TRIGGER = re.compile(r"[a-z_-]{1,60}")
_CUSTOM_PROVIDER = "push-notification-payload-generated"
_CUSTOM_ENDS = {"cancelled", "unanswered", "ongoing", "rejected", "ended", "busy"}


@dataclass(frozen=True, slots=True)
class Receipt:
    """When and under which id the webhook came in."""

    at_ms: int
    correlation_id: str


@dataclass(frozen=True, slots=True)
class Ignored:
    """A webhook that is in order and concerns no ringing phone."""

    reason: str
    trigger: str = field(default="", compare=False)
    """Empty unless it looks like one of CometChat's: what else is in a body is not for the log."""


def parse(body: bytes, receipt: Receipt) -> CallEvent | Ignored:
    """Reads the body of a webhook whose credentials have been checked.

    Raises `InvalidBody` if it is not what its trigger says it is.
    """
    webhook = Fields.parse(body)
    trigger = webhook.text("trigger", max_length=MAX_ID)
    action = trigger.removeprefix("call_")
    if trigger == _CUSTOM_PROVIDER:
        return _custom_provider(webhook.object("data"), receipt)
    if trigger == "call_initiated":
        data = webhook.object("data")
        return _documented_ringing(data, receipt) if data.has("call") else _signed_ringing(data, receipt)
    if trigger == f"call_{action}" and action in _ENDS:
        data = webhook.object("data")
        return _signalled_end(action, data, receipt) if data.has("call") else _session_end(action, data, receipt)
    return Ignored("this trigger rings nobody", trigger if _TRIGGER.fullmatch(trigger) else "")


def _signed_ringing(data: Fields, receipt: Receipt) -> CallEvent | Ignored:
    session_id = _session_id(data)
    caller, receiver = data.object("initiator"), data.object("receiver")
    receiver_type: ReceiverType = data.one_of("receiverType", RECEIVER_TYPES) if data.has("receiverType") else "user"
    return _unless_to_oneself(
        CallRinging(
            session_id=session_id,
            conversation_id=data.optional_text("conversationId", max_length=MAX_ID),
            call_type=data.one_of("type", CALL_TYPES),
            caller_uid=caller.uid("uid"),
            caller_name=caller.optional_text("name"),
            caller_avatar=caller.optional_text("avatar"),
            receiver_uid=(receiver_uid := receiver.uid("uid")),
            receiver_name=receiver.optional_text("name"),
            receiver_type=receiver_type,
            callee_uid=receiver_uid if receiver_type == "user" else "",
            message_id=0,
            initiated_at_ms=_initiated_at_ms(0, session_id, receipt),
            received_at_ms=receipt.at_ms,
            correlation_id=receipt.correlation_id,
        )
    )


def _documented_ringing(data: Fields, receipt: Receipt) -> CallEvent | Ignored:
    call = data.object("call")
    entities = call.optional_object("data").optional_object("entities")
    caller = entities.optional_object("by").optional_object("entity")
    receiver = entities.optional_object("for").optional_object("entity")
    session_id = _signalled_session_id(entities)
    receiver_type = call.one_of("receiverType", RECEIVER_TYPES)
    return _unless_to_oneself(
        CallRinging(
            session_id=session_id,
            conversation_id=_conversation_id(call, session_id),
            call_type=call.one_of("type", CALL_TYPES),
            caller_uid=call.uid("sender"),
            caller_name=caller.optional_text("name"),
            caller_avatar=caller.optional_text("avatar"),
            receiver_uid=(receiver_uid := call.uid("receiver")),
            receiver_name=receiver.optional_text("name"),
            receiver_type=receiver_type,
            callee_uid=receiver_uid if receiver_type == "user" else "",
            message_id=call.message_id("id"),
            initiated_at_ms=_initiated_at_ms(call.optional_time_ms("sentAt"), session_id, receipt),
            received_at_ms=receipt.at_ms,
            correlation_id=receipt.correlation_id,
        )
    )


def _custom_provider(data: Fields, receipt: Receipt) -> CallEvent | Ignored:
    """One request per recipient, for groups too."""
    details = data.object("notificationDetails")
    if details.optional_text("type", max_length=MAX_ID) != "call":
        return Ignored("this notification is not of a call", _CUSTOM_PROVIDER)
    callee_uid = data.object("to").uid("uid")
    action = details.text("callAction", max_length=MAX_ID)
    session_id = details.optional_text("sessionId", max_length=MAX_ID)
    if action in _CUSTOM_ENDS:
        return CallEnded(
            trigger=action,
            session_id=session_id,
            conversation_id=_conversation_id(details, session_id),
            caller_uid=_caller_of_custom_end(action, session_id, details),
            by_uid="",
            callee_uid=callee_uid,
            message_id=details.message_id("tag"),
            at_ms=_at_ms(details.optional_time_ms("sentAt"), receipt),
            received_at_ms=receipt.at_ms,
            correlation_id=receipt.correlation_id,
        )
    if action != "initiated":
        return Ignored("this call action rings nobody", _CUSTOM_PROVIDER)
    return _unless_to_oneself(
        CallRinging(
            session_id=session_id,
            conversation_id=_conversation_id(details, session_id),
            call_type=details.one_of("callType", CALL_TYPES),
            caller_uid=details.uid("sender"),
            caller_name=details.optional_text("senderName"),
            caller_avatar=details.optional_text("senderAvatar"),
            receiver_uid=details.uid("receiver"),
            receiver_name=details.optional_text("receiverName"),
            receiver_type=details.one_of("receiverType", RECEIVER_TYPES),
            callee_uid=callee_uid,
            message_id=details.message_id("tag"),
            initiated_at_ms=_initiated_at_ms(details.optional_time_ms("sentAt"), session_id, receipt),
            received_at_ms=receipt.at_ms,
            correlation_id=receipt.correlation_id,
            custom=details.object_as_json("custom", max_bytes=MAX_CUSTOM_BYTES),
        )
    )


def _caller_of_custom_end(action: str, session_id: str, details: Fields) -> str:
    """Of the others it is not documented whether `sender` is the caller or who did it."""
    if not session_id:
        return details.uid("sender")
    return details.optional_uid("sender") if _SENT_BY_CALLER.get(action) else ""


def _signalled_end(action: str, data: Fields, receipt: Receipt) -> CallEnded:
    """cancelled, rejected, unanswered or busy, as the caller's or callee's app has sent it."""
    call = data.object("call")
    entities = call.optional_object("data").optional_object("entities")
    session_id = _signalled_session_id(entities)
    by_uid, other_uid = call.uid("sender"), call.uid("receiver")
    fixed_caller = entities.optional_object("on").optional_object("entity").optional_uid("sender")
    return CallEnded(
        trigger=action,
        session_id=session_id,
        conversation_id=_conversation_id(call, session_id),
        caller_uid=fixed_caller or (by_uid if _SENT_BY_CALLER.get(action, True) else other_uid),
        by_uid=by_uid,
        callee_uid="",
        message_id=call.message_id("id"),
        at_ms=_at_ms(call.optional_time_ms("sentAt"), receipt),
        received_at_ms=receipt.at_ms,
        correlation_id=receipt.correlation_id,
    )


def _session_end(action: str, data: Fields, receipt: Receipt) -> CallEnded:
    """started, participant_joined or ended, as the media servers report it, or any of them in the signed shape."""
    occupant = data.optional_object("occupant")
    holder = occupant if action == "participant_joined" else data
    time_field = _TIME_OF.get(action)
    return CallEnded(
        trigger=action,
        session_id=_session_id(data),
        conversation_id=data.optional_text("conversationId", max_length=MAX_ID),
        caller_uid=data.optional_object("initiator").optional_uid("uid"),
        by_uid=occupant.optional_uid("uid"),
        callee_uid="",
        message_id=0,
        at_ms=_at_ms(holder.optional_time_ms(time_field) if time_field else 0, receipt),
        received_at_ms=receipt.at_ms,
        correlation_id=receipt.correlation_id,
    )


def _session_id(data: Fields) -> str:
    """The signed webhook has it twice. Media events of CometChat's have `sessionId` only."""
    return data.text("id" if data.has("id") and not data.has("sessionId") else "sessionId", max_length=MAX_ID)


def _signalled_session_id(entities: Fields) -> str:
    entity = entities.optional_object("on").optional_object("entity")
    names = ("sessionid", "sessionId")
    return next(filter(None, (entity.optional_text(name, max_length=MAX_ID) for name in names)), "")


def _conversation_id(fields: Fields, session_id: str) -> str:
    """Needed where there is no session id, since a call must have a name."""
    read = fields.optional_text if session_id else fields.text
    return read("conversationId", max_length=MAX_ID)


def _at_ms(sent_at_ms: int, receipt: Receipt) -> int:
    """A clock of CometChat's that is ahead of ours must not make an event last longer."""
    return min(sent_at_ms or receipt.at_ms, receipt.at_ms)


def _initiated_at_ms(sent_at_ms: int, session_id: str, receipt: Receipt) -> int:
    return _at_ms(sent_at_ms or began_at_ms(session_id), receipt)


def _unless_to_oneself(call: CallRinging) -> CallRinging | Ignored:
    return Ignored("the caller is the callee") if call.callee_uid == call.caller_uid else call
