"""What CometChat posts, made into our own events.

Three shapes are read: the signed one, CometChat's documented `call_*` triggers, and its push "custom provider"
(docs: calls/webhooks, notifications/custom-providers). Where documentation and observed deliveries disagree, both are
accepted: sessions are named `sessionid` or `sessionId` or not at all, times come in seconds or milliseconds.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from shared.call_events import CallEvent, CallRinging
from webhook import ended, ringing
from webhook.fields import Fields
from webhook.receipt import Receipt

_TRIGGER = re.compile(r"[a-z_-]{1,60}")
_CUSTOM_PROVIDER = "push-notification-payload-generated"


@dataclass(frozen=True, slots=True)
class Ignored:
    """A webhook that is in order and concerns no ringing phone."""

    reason: str
    trigger: str = field(default="", compare=False)
    """Empty unless it looks like one of CometChat's: what else is in a body is not for the log."""


@dataclass(frozen=True, slots=True)
class Parsed:
    event: CallEvent | Ignored
    ignored_fields: Sequence[str]
    """Paths of optional fields that were left out, or repaired."""


def parse(body: bytes, receipt: Receipt) -> Parsed:
    """Reads the body of a webhook whose credentials have been checked.

    Raises `InvalidBody` if what is needed to ring, or to know which call has ended, can't be used.
    """
    webhook = Fields.parse(body)
    event = _event(webhook, receipt)
    if isinstance(event, CallRinging) and event.callee_uid == event.caller_uid:
        event = Ignored("the caller is the callee")
    return Parsed(event, webhook.ignored)


def _event(webhook: Fields, receipt: Receipt) -> CallEvent | Ignored:
    trigger = webhook.word("trigger")
    action = trigger.removeprefix("call_")
    if trigger == _CUSTOM_PROVIDER:
        return _custom_provider(webhook.object("data"), receipt)
    if trigger != f"call_{action}" or action not in ended.ACTIONS | {"initiated"}:
        return Ignored("this trigger rings nobody", trigger if _TRIGGER.fullmatch(trigger) else "")
    data = webhook.object("data")
    if data.is_object("call") or not (action in ended.SESSION_ACTIONS or _is_signed(data)):
        call = data.object("call")
        return ringing.documented(call, receipt) if action == "initiated" else ended.signalled(action, call, receipt)
    return ringing.signed(data, receipt) if action == "initiated" else ended.of_session(action, data, receipt)


def _is_signed(data: Fields) -> bool:
    return any(map(data.has, ("id", "sessionId", "initiator")))


def _custom_provider(data: Fields, receipt: Receipt) -> CallEvent | Ignored:
    """One request per recipient, for groups too."""
    details = data.object("notificationDetails")
    kind = details.optional_id("type")
    # Of the two documented kinds, "call" and "chat", only calls have an action.
    if kind == "chat" or (kind not in ("", "call") and not details.has("callAction")):
        return Ignored("this notification is not of a call", _CUSTOM_PROVIDER)
    action = details.word("callAction")
    if action in ended.CUSTOM_ACTIONS:
        return ended.custom(action, data, details, receipt)
    if action == "initiated":
        return ringing.custom(data, details, receipt)
    return Ignored("this call action rings nobody", _CUSTOM_PROVIDER)
