"""What the queue carries: our own events, not CometChat's webhooks. Written by webhook, read by push."""

import json
from dataclasses import MISSING, asdict, dataclass, fields
from typing import Any, Literal, get_args

from shared.errors import UnreadableEvent
from shared.fields import is_unicode

VERSION = 1
# Times and CometChat's message ids have fewer digits. DynamoDB takes no more than 38, a metric none beyond a float's.
NUMBERS_END = 10**18

type CallType = Literal["audio", "video"]
type ReceiverType = Literal["user", "group"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRinging:
    """Somebody is calling. All times are milliseconds since the epoch; an empty string is something unknown."""

    session_id: str
    conversation_id: str
    call_type: CallType
    caller_uid: str
    caller_name: str
    caller_avatar: str
    receiver_uid: str
    """Whom the call is for: the uid of a user or the guid of a group."""
    receiver_name: str
    receiver_type: ReceiverType
    callee_uid: str
    """Whose phones are to ring. Empty for a group whose members are not known yet."""
    message_id: int
    """CometChat's id of the message that announced this, which grows with time; 0 if unknown."""
    initiated_at_ms: int
    received_at_ms: int
    """When the webhook came in."""
    correlation_id: str
    custom: str = ""
    """CometChat's `custom` object as JSON, for the app. Messages of version 0.1 of this code are without it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEnded:
    """Somebody answered, refused or ended a call. A fact: what it means for which phone, the ring decides."""

    trigger: str
    """CometChat's word for it, such as cancelled, rejected, started or ended."""
    session_id: str
    conversation_id: str
    caller_uid: str
    """Who began the call."""
    by_uid: str
    """Who did what the trigger says."""
    callee_uid: str
    """The one user whom this is about; empty when it is about the whole call."""
    message_id: int
    at_ms: int
    received_at_ms: int
    correlation_id: str


type CallEvent = CallRinging | CallEnded

_KINDS: dict[str, type[CallRinging] | type[CallEnded]] = {"ringing": CallRinging, "over": CallEnded}
_CHOICES = {"call_type": get_args(CallType.__value__), "receiver_type": get_args(ReceiverType.__value__)}


def to_json(event: CallEvent) -> str:
    kind = next(name for name, cls in _KINDS.items() if isinstance(event, cls))
    return json.dumps({"version": VERSION, "kind": kind, **asdict(event)}, separators=(",", ":"))


def from_json(text: str) -> CallEvent:
    """Reads a message of the queue. Raises `UnreadableEvent`, which says what is wrong with it."""
    try:
        message = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableEvent(f"not JSON: {error}") from error
    kind = message.get("kind") if isinstance(message, dict) and message.get("version") == VERSION else None
    if not isinstance(kind, str) or kind not in _KINDS:
        raise UnreadableEvent(f"not an event of version {VERSION}")
    cls = _KINDS[kind]
    # A field with a default is one that an older version did not write yet.
    present = [field for field in fields(cls) if field.name in message or field.default is MISSING]
    return cls(**{field.name: _checked(message, field.name, field.type) for field in present})


def _checked(message: dict[str, Any], name: str, kind: object) -> Any:
    value = message.get(name)
    if kind is int:
        valid = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < NUMBERS_END
    else:
        valid = isinstance(value, str) and is_unicode(value) and value in _CHOICES.get(name, (value,))
    if name == "custom" and value:
        valid = valid and _is_json_object(value)
    if not valid:
        raise UnreadableEvent(f"{name} is missing, of the wrong type or out of range")
    return value


def _is_json_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False
