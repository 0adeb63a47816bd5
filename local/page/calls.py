"""Calls and their way: what the functions have logged of each, and what the simulator has received for it."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from local.page.narration import RESULTS, Stage, Step, Tone, describe_entry, describe_push, in_plain_words
from local.page.pushed_call import log_names, pushed_call
from ops.calls.timeline import headers_as_received
from ops.calls.webhooks import Call
from ops.stack.logs import Entry
from shared.call_keys import call_hash
from shared.call_results import CallResult
from shared.device_tokens import device_hash
from shared.log_messages import LogMessage

_NOT_OF_A_CALL = ("webhook refused", "webhook not accepted", "webhook ignored")


@dataclass(frozen=True, slots=True)
class Parties:
    caller: str
    callee: str
    group: bool
    type: str


@dataclass(frozen=True, slots=True)
class Span:
    """A part of the way to the first ring; the last one has no end yet if nothing rang."""

    stage: Stage
    ms: float


@dataclass(frozen=True, slots=True)
class Received:
    """A push as Apple received it, without its tokens."""

    device: str
    environment: str
    at_ms: float
    accepted: bool
    response: str
    bytes: int
    headers: Mapping[str, str]
    payload: str


@dataclass(frozen=True, slots=True)
class CallView:
    id: str
    began_at_ms: float
    parties: Parties | None
    """None as long as nobody has said: logs name no people, pushes do."""
    verdict: str
    tone: Tone
    under_way: bool
    deliveries: int
    spans: tuple[Span, ...]
    steps: tuple[Step, ...]
    """`at_ms` since the first webhook came in; `delivery` is its number."""
    pushes: tuple[Received, ...]


@dataclass(slots=True)
class CallHistory:
    entries: list[Entry] = field(default_factory=list)
    pushes: dict[int, dict[str, Any]] = field(default_factory=dict)

    def all_of(self, message: str) -> list[Entry]:
        return [entry for entry in self.entries if entry.message == message]

    @property
    def to_group(self) -> bool:
        calls = map(pushed_call, self.pushes.values())
        return any(call.receiver_type == "group" for call in calls if call)

    @property
    def accepted(self) -> list[dict[str, Any]]:
        return [push for push in self.pushes.values() if push["accepted"]]


class Calls:
    def __init__(self, keep: int) -> None:
        self._keep = keep
        self._calls: dict[str, CallHistory] = {}
        self._posted: dict[str, Parties] = {}
        self._latest: dict[str, str] = {}

    def posted(self, correlation_id: str, call: Call) -> None:
        """This page has posted that webhook: until a push says so, only we know who calls whom."""
        self._posted[correlation_id] = Parties(call.caller, call.callee, call.to_group, call.type)

    def update(self, entries: Iterable[Entry], pushes: Iterable[dict[str, Any]]) -> list[CallView]:
        """The calls that this tells something new about, in the order in which they began."""
        touched: dict[str, None] = {}
        for push in pushes:
            if call := pushed_call(push):
                self._call(call_hash(call)).pushes[push["sequence"]] = push
                self._latest.update(dict.fromkeys(log_names(call), call_hash(call)))
                touched[call_hash(call)] = None
        for entry in entries:
            if call_id := self._id_of(entry):
                self._call(call_id).entries.append(entry)
                touched[call_id] = None
        for call_id in list(self._calls)[: -self._keep]:
            del self._calls[call_id]
        views = [self._view(call_id, history) for call_id, history in self._calls.items() if call_id in touched]
        return sorted(views, key=lambda view: view.began_at_ms)

    def _call(self, call_id: str) -> CallHistory:
        return self._calls.setdefault(call_id, CallHistory())

    def _id_of(self, entry: Entry) -> str | None:
        if entry.message in _NOT_OF_A_CALL:
            correlation_id: str | None = entry.fields.get("correlation_id")
            return correlation_id
        logged: str | None = entry.fields.get("call")
        return self._latest.get(logged or "", logged)

    def _view(self, call_id: str, history: CallHistory) -> CallView:
        entries = sorted(history.entries, key=lambda entry: entry.at_ms)
        pushes = sorted(history.pushes.values(), key=lambda push: push["sequence"])
        began_at_ms = min([*(map(_began_at_ms, entries)), *(push["received_at_ms"] for push in pushes)])
        queued = history.all_of(LogMessage.CALL_QUEUED)
        number = {entry.fields["correlation_id"]: str(index + 1) for index, entry in enumerate(queued)}
        steps = [step for entry in entries if (step := describe_entry(entry))] + [
            describe_push(push) for push in pushes
        ]
        verdict, tone = _verdict(history, began_at_ms)
        return CallView(
            id=call_id,
            began_at_ms=began_at_ms,
            parties=self._parties(history),
            verdict=verdict,
            tone=tone,
            under_way=bool(queued) and not history.all_of(LogMessage.CALL_SETTLED),
            deliveries=len(queued),
            spans=_spans(history, began_at_ms),
            steps=tuple(
                Step(
                    round(step.at_ms - began_at_ms),
                    step.stage,
                    step.text,
                    step.tone,
                    step.device,
                    number.get(step.delivery, "") if len(queued) > 1 else "",
                )
                for step in sorted(steps, key=lambda step: step.at_ms)
            ),
            pushes=tuple(_received(push, began_at_ms) for push in pushes),
        )

    def _parties(self, history: CallHistory) -> Parties | None:
        for push in history.pushes.values():
            if call := pushed_call(push):
                return Parties(call.caller_uid, call.receiver_uid, call.receiver_type == "group", call.call_type)
        ids = (entry.fields.get("correlation_id", "") for entry in history.entries)
        return next((self._posted[each] for each in ids if each in self._posted), None)


def _began_at_ms(entry: Entry) -> float:
    """When the webhook came in, which push's lines say and webhook's do not."""
    since_ms: float = entry.fields.get("ms_since_webhook", 0)
    return entry.at_ms - since_ms


def _verdict(history: CallHistory, began_at_ms: float) -> tuple[str, Tone]:
    deliveries, accepted = len(history.all_of(LogMessage.CALL_QUEUED)), history.accepted
    call_ended = " and ".join(
        dict.fromkeys(in_plain_words(entry) for entry in history.all_of(LogMessage.CALL_END_NOTED))
    )
    # Our simulator's word, and that of another APNs server as it was logged.
    rung = {device_hash(push["device_token"]): push["received_at_ms"] for push in reversed(accepted)}
    rung = {entry.fields["device"]: entry.at_ms for entry in history.all_of(LogMessage.PUSH_ACCEPTED)} | rung
    if rung:
        phones = len(rung)
        text = f"rang {phones} phone{'' if phones == 1 else 's'} after {min(rung.values()) - began_at_ms:.0f} ms"
        again = len(accepted) - len({push["device_token"] for push in accepted})
        # A custom provider posts once for each member of a group.
        several = f", {deliveries} webhooks" if history.to_group else f", delivered {deliveries} times and rang once"
        return (
            text
            + (several if deliveries > 1 else "")
            + (", pushed again with the same uuid: no second call screen" if again else "")
            + (f"; then it was {call_ended}" if call_ended else ""),
            "good",
        )
    settled = [
        entry for entry in history.all_of(LogMessage.CALL_SETTLED) if entry.fields["result"] != CallResult.FANNED_OUT
    ]
    if settled:
        fields = settled[0].fields
        end = RESULTS.get(fields["result"])
        reason = fields.get("reason") or call_ended
        why = f" ({reason})" if reason else ""
        return f"did not ring: {end.text if end else fields['result']}{why}", end.tone if end else "warn"
    if failed := history.all_of(LogMessage.PUSH_FAILED):
        return f"not rung yet: {failed[-1].fields.get('reason') or failed[-1].fields['outcome']}", "warn"
    if deliveries or history.pushes:
        return "on its way", "plain"
    step = describe_entry(history.entries[-1])
    return (step.text, step.tone) if step else ("", "plain")


def _spans(history: CallHistory, began_at_ms: float) -> tuple[Span, ...]:
    """As far as it is known."""
    marks: list[tuple[Stage, float]] = [
        ("webhook", min((entry.at_ms for entry in history.all_of(LogMessage.CALL_QUEUED)), default=0)),
        ("queue", min((entry.at_ms for entry in history.all_of(LogMessage.CALL_RECEIVED)), default=0)),
        ("push", min((push["received_at_ms"] for push in history.pushes.values()), default=0)),
        ("apns", min((push["answered_at_ms"] or 0 for push in history.accepted), default=0)),
    ]
    spans: list[Span] = []
    before_ms = began_at_ms
    for stage, at_ms in marks:
        if not at_ms:
            break
        spans.append(Span(stage, max(0, round(at_ms - before_ms))))
        before_ms = max(before_ms, at_ms)
    return tuple(spans)


def _received(push: dict[str, Any], began_at_ms: float) -> Received:
    return Received(
        device=device_hash(push["device_token"] or ""),
        environment=push["environment"],
        at_ms=round(push["received_at_ms"] - began_at_ms),
        accepted=push["accepted"],
        response=describe_push(push).text,
        bytes=push["payload_bytes"],
        headers=headers_as_received(push),
        payload=json.dumps(push["payload"], indent=2, ensure_ascii=False),
    )
