"""Describes the steps of a call in plain words, from the functions' log lines and the simulator's record."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ops.stack.logs import Entry
from shared.call_results import CallResult
from shared.device_tokens import device_hash
from shared.log_messages import LogMessage

type Stage = Literal["webhook", "queue", "push", "apns", "phone"]
type Tone = Literal["plain", "good", "warn", "bad"]


@dataclass(frozen=True, slots=True)
class Step:
    at_ms: float
    stage: Stage
    text: str
    tone: Tone = "plain"
    device: str = ""
    delivery: str = ""
    """Correlation id of the webhook that led to it."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a `CallResult` means."""

    text: str
    tone: Tone


RESULTS: dict[str, Explanation] = {
    CallResult.RUNG: Explanation("it has rung", "good"),
    CallResult.FANNED_OUT: Explanation("a message for each member of the group", "plain"),
    CallResult.UNDELIVERABLE: Explanation("can't be rung; the message is in the dead-letter queue", "bad"),
    CallResult.UNCONFIRMED: Explanation("APNs never confirmed a push; a phone may have rung all the same", "bad"),
    CallResult.UNREADABLE: Explanation("not an event of ours; the message is in the dead-letter queue", "bad"),
    CallResult.NOTED: Explanation("the end of a call, not a call", "plain"),
    CallResult.ENDED: Explanation("the call had ended", "warn"),
    CallResult.DUPLICATE: Explanation("a duplicate: this call has rung already", "warn"),
    CallResult.DEAD: Explanation("the device token was dead, and has been removed", "bad"),
    CallResult.QUARANTINED: Explanation("APNs calls the device token bad", "bad"),
    CallResult.NO_DEVICE: Explanation("no phone is registered for the callee", "warn"),
    CallResult.STALE: Explanation("the call was older than a call rings", "warn"),
    CallResult.GROUP_NOT_CONFIGURED: Explanation("group members not configured", "bad"),
}

_ENDS = {
    "started": "answered",
    "participant_joined": "answered",
    "ongoing": "answered",
    "rejected": "declined",
    "busy": "declined: busy",
    "cancelled": "cancelled",
    "unanswered": "given up unanswered",
    "ended": "ended",
}


_OUTCOMES = {
    "Unknown": "APNs has the push and did not answer in time; the phone may be ringing",
    "NotSent": "no connection to APNs in time",
    "CannotSend": "it could not be sent: a key or a setting is missing",
}


def describe_entry(entry: Entry) -> Step | None:
    """None for a line that is not about a step of a call."""
    fields = entry.fields
    history = _SERVICES.get(fields.get("service", ""), _of_push)(entry)
    if history is None:
        return None
    stage, text, tone = history
    return Step(entry.at_ms, stage, text, tone, fields.get("device", ""), fields.get("correlation_id", ""))


def why_failed(fields: Mapping[str, Any]) -> str:
    """Of a `push failed` line."""
    answered = " ".join(str(fields[name]) for name in ("status", "reason") if fields.get(name))
    if answered:
        return answered
    meaning = _OUTCOMES.get(fields["outcome"], fields["outcome"])
    return f"{meaning} ({fields['detail']})" if fields.get("detail") else meaning


def in_plain_words(noted: Entry) -> str:
    """How the call ended."""
    trigger: str = noted.fields["trigger"]
    return _ENDS.get(trigger, trigger)


def describe_push(push: dict[str, Any]) -> Step:
    text, tone = _answer(push)
    return Step(push["received_at_ms"], "apns", text, tone, device_hash(push["device_token"] or ""))


def _of_webhook(entry: Entry) -> tuple[Stage, str, Tone] | None:
    fields = entry.fields
    match entry.message:
        case LogMessage.CALL_QUEUED:
            return "webhook", "credentials in order, call queued", "plain"
        case LogMessage.CALL_END_QUEUED:
            return "webhook", f"the call's end queued: {fields.get('detail', '')}", "warn"
        case LogMessage.CALL_END_NOTED:
            return "webhook", f"noted: {in_plain_words(entry)}", "plain"
        case LogMessage.CALL_END_TOO_LATE:
            return "webhook", f"{in_plain_words(entry)}, long after the ring time", "plain"
        case LogMessage.WEBHOOK_REFUSED:
            why = f" ({fields['reason']})" if "reason" in fields else ""
            return "webhook", f"refused with {fields.get('status')}: {fields.get('error')}{why}", "bad"
        case LogMessage.WEBHOOK_NOT_ACCEPTED:
            return "webhook", f"not accepted: {fields.get('reason')} {fields.get('detail', '')}".strip(), "bad"
        case LogMessage.WEBHOOK_IGNORED:
            trigger = f" ({fields['trigger']})" if fields.get("trigger") else ""
            return "webhook", f"ignored{trigger}: {fields.get('reason')}", "plain"
    return None


def _of_push(entry: Entry) -> tuple[Stage, str, Tone] | None:
    fields = entry.fields
    match entry.message:
        case LogMessage.CALL_RECEIVED:
            count = fields.get("devices")
            return "queue", f"picked up; the callee has {count} phone{'' if count == 1 else 's'}", "plain"
        case LogMessage.PUSH_ACCEPTED:
            sends = fields.get("sends", 1)
            tries = "" if sends == 1 else f" at send {sends}"
            return "push", f"accepted by APNs{tries}, recorded as rung ({fields.get('environment')})", "good"
        case LogMessage.PUSH_FAILED:
            again = "; the message comes back to try again" if fields.get("retry") else ""
            return "push", f"not accepted: {why_failed(fields)}{again}", "warn" if again else "bad"
        case LogMessage.DEVICE_NOT_RUNG:
            end = RESULTS.get(fields.get("reason", ""), Explanation(str(fields.get("reason")), "warn"))
            return "push", f"not rung: {end.text}", end.tone
        case LogMessage.CALL_SETTLED:
            end = RESULTS.get(fields["result"], Explanation(fields["result"], "warn"))
            reason = f" ({fields['reason']})" if fields.get("reason") else ""
            return "push", f"settled as “{fields['result']}”{reason}", end.tone
        case LogMessage.CALL_END_NOTED:
            return "push", f"noted: {in_plain_words(entry)}", "plain"
        case LogMessage.GROUP_FANNED_OUT:
            return "push", f"fanned out to {fields.get('members')} members of the group", "plain"
        case message if "correlation_id" in fields and "call" in fields:
            return "push", ": ".join(filter(None, (message, fields.get("reason")))), "warn"
    return None


def _of_phone(entry: Entry) -> tuple[Stage, str, Tone] | None:
    """Of the tokens API and its authorizer."""
    fields = entry.fields
    match entry.message:
        case LogMessage.DEVICE_REGISTERED:
            return "phone", f"{fields.get('uid')} registered this phone ({fields.get('environment')})", "good"
        case LogMessage.DEVICE_REMOVED:
            return "phone", f"{fields.get('uid')} signed out", "plain"
        case LogMessage.ALL_DEVICES_REMOVED:
            return "phone", f"{fields.get('uid')} signed out on all {fields.get('count')} phones", "plain"
        case LogMessage.CREDENTIAL_REFUSED if "expected" in fields:
            compared = f"expected {fields['expected']}, received {fields.get('received')}"
            return "phone", f"refused with 403: {fields.get('reason')}; {compared}", "bad"
        case LogMessage.CREDENTIAL_REFUSED:
            return "phone", f"refused with 403: {fields.get('reason')}", "bad"
    details = [str(fields[name]) for name in ("field", "reason", "detail") if fields.get(name)]
    return "phone", ": ".join([entry.message, *details]), "bad" if fields.get("level") == "ERROR" else "warn"


_SERVICES: Mapping[str, Callable[[Entry], tuple[Stage, str, Tone] | None]] = {
    "webhook": _of_webhook,
    "push": _of_push,
    "tokens": _of_phone,
    "calls": _of_phone,
    "authorizer": _of_phone,
}


def _answer(push: dict[str, Any]) -> tuple[str, Tone]:
    if push["ending"] == "answered":
        took_ms = push["answered_at_ms"] - push["received_at_ms"]
        said = f"answered {push['status']}{' ' + push['reason'] if push['reason'] else ''} after {took_ms} ms"
        return said, "good" if push["accepted"] else "bad" if push["status"] in (400, 403, 410) else "warn"
    took = "accepted the push" if push["accepted"] else "did not accept the push"
    endings = {
        "pending": "has the push, no answer yet",
        "silence": f"{took} and never answered",
        "reset": f"{took} and reset the stream",
        "refused": "refused the stream",
        "closed": f"{took} and closed the connection",
        "goaway": f"{took} and sent GOAWAY",
        "reset_by_client": f"{took}; we gave up waiting for its answer",
        "connection_lost": f"{took}; the connection was lost",
    }
    return endings[push["ending"]], "plain" if push["ending"] == "pending" else "warn"
