"""Webhooks that announce a call.

Needed are who is called and by whom, audio or video, user or group, and a name for the call. All else is optional.
"""

from typing import Any

from shared.call_events import CallRinging, CallType, ReceiverType
from webhook import texts
from webhook.fields import Fields
from webhook.receipt import Receipt
from webhook.session_ids import began_at_ms, signalled_session_id, signed_session_id

CALL_TYPES: tuple[CallType, ...] = ("audio", "video")
RECEIVER_TYPES: tuple[ReceiverType, ...] = ("user", "group")
MAX_CUSTOM_BYTES = 3_000
"""A longer one would never fit into a push."""


def signed(data: Fields, receipt: Receipt) -> CallRinging:
    """A group is named by `guid`, or by `uid` with `receiverType`."""
    caller, receiver = data.object("initiator"), data.object("receiver")
    uid, guid = receiver.optional_uid("uid"), receiver.optional_uid("guid")
    named_type = data.optional_one_of("receiverType", RECEIVER_TYPES) or "user"
    receiver_type: ReceiverType = "group" if guid and not uid else named_type
    called = guid or uid if receiver_type == "group" else uid
    return _ringing(
        receipt,
        sent_at_ms=0,
        session_id=signed_session_id(data),
        conversation_id=data.optional_id("conversationId"),
        call_type=data.one_of("type", CALL_TYPES),
        caller_uid=caller.uid("uid"),
        caller_name=texts.name(caller.optional_text("name")),
        caller_avatar=caller.optional_text("avatar"),
        receiver_uid=called or receiver.uid("guid" if receiver.has("guid") or receiver_type == "group" else "uid"),
        receiver_name=texts.name(receiver.optional_text("name")),
        receiver_type=receiver_type,
    )


def documented(call: Fields, receipt: Receipt) -> CallRinging:
    entities = call.optional_object("data").optional_object("entities")
    caller = entities.optional_object("by").optional_object("entity")
    receiver = entities.optional_object("for").optional_object("entity")
    sent_at_ms, message_id = call.optional_time_ms("sentAt"), call.message_id("id")
    session_id = signalled_session_id(entities)
    return _ringing(
        receipt,
        sent_at_ms=sent_at_ms,
        session_id=session_id,
        conversation_id=_conversation_id(call, session_id, has_time=bool(sent_at_ms or message_id)),
        call_type=call.one_of("type", CALL_TYPES),
        caller_uid=call.uid("sender"),
        caller_name=texts.name(caller.optional_text("name")),
        caller_avatar=caller.optional_text("avatar"),
        receiver_uid=call.uid("receiver"),
        receiver_name=texts.name(receiver.optional_text("name")),
        receiver_type=call.one_of("receiverType", RECEIVER_TYPES),
        message_id=message_id,
    )


def custom(data: Fields, details: Fields, receipt: Receipt) -> CallRinging:
    """Of a group it names the one member who is to hear of the call."""
    callee_uid = data.object("to").uid("uid")
    sent_at_ms, message_id = details.optional_time_ms("sentAt"), details.message_id("tag")
    session_id = details.optional_id("sessionId")
    receiver_type = details.one_of("receiverType", RECEIVER_TYPES)
    return _ringing(
        receipt,
        sent_at_ms=sent_at_ms,
        session_id=session_id,
        conversation_id=_conversation_id(details, session_id, has_time=bool(sent_at_ms or message_id)),
        call_type=details.one_of("callType", CALL_TYPES),
        caller_uid=details.uid("sender"),
        caller_name=texts.name(details.optional_text("senderName")),
        caller_avatar=details.optional_text("senderAvatar"),
        receiver_uid=details.optional_uid("receiver") or (callee_uid if receiver_type == "user" else ""),
        receiver_name=texts.name(details.optional_text("receiverName")),
        receiver_type=receiver_type,
        callee_uid=callee_uid,
        message_id=message_id,
        custom=details.object_as_json("custom", max_bytes=MAX_CUSTOM_BYTES),
    )


def _ringing(receipt: Receipt, *, sent_at_ms: int, **known: Any) -> CallRinging:
    """Without `callee_uid` it is the user who is called, or nobody yet for a group."""
    to_user = known["receiver_type"] == "user"
    fields = {"message_id": 0, "callee_uid": known["receiver_uid"] if to_user else "", **known}
    return CallRinging(
        **fields,
        initiated_at_ms=receipt.not_after(sent_at_ms or began_at_ms(known["session_id"])),
        received_at_ms=receipt.at_ms,
        correlation_id=receipt.correlation_id,
    )


def _conversation_id(fields: Fields, session_id: str, *, has_time: bool) -> str:
    """Where there is no session id it names the call, together with the message's time or id."""
    conversation_id = fields.optional_id("conversationId")
    if not session_id and not conversation_id:
        fields.refuse("conversationId", "the id of the conversation, as the call has no session id")
    if not session_id and not has_time:
        fields.refuse("sentAt", "a time since the epoch, in seconds or milliseconds, as the call has no session id")
    return conversation_id
