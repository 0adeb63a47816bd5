"""Calls and their way: what the functions have logged of each, and what the simulator has received for it."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from local.page.narration import ENDS, Stage, Step, Tone, in_plain_words, tell_entry, tell_push
from local.page.pushed_call import log_names, pushed_call
from ops.calls.timeline import headers_as_received
from ops.calls.webhooks import Call
from ops.stack.logs import Entry
from shared.call_keys import call_hash
from shared.device_tokens import device_hash

_NOT_OF_A_CALL = ("webhook refused", "webhook not taken", "webhook ignored")


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
    answer: str
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
class _Told:
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
        self._calls: dict[str, _Told] = {}
        self._posted: dict[str, Parties] = {}
        self._latest: dict[str, str] = {}

    def posted(self, correlation_id: str, call: Call) -> None:
        """This page has posted that webhook: until a push says so, only we know who calls whom."""
        self._posted[correlation_id] = Parties(call.caller, call.callee, call.to_group, call.type)

    def learn(self, entries: Iterable[Entry], pushes: Iterable[dict[str, Any]]) -> list[CallView]:
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
        views = [self._view(call_id, told) for call_id, told in self._calls.items() if call_id in touched]
        return sorted(views, key=lambda view: view.began_at_ms)

    def _call(self, call_id: str) -> _Told:
        return self._calls.setdefault(call_id, _Told())

    def _id_of(self, entry: Entry) -> str | None:
        if entry.message in _NOT_OF_A_CALL:
            correlation_id: str | None = entry.fields.get("correlation_id")
            return correlation_id
        logged: str | None = entry.fields.get("call")
        return self._latest.get(logged or "", logged)

    def _view(self, call_id: str, told: _Told) -> CallView:
        entries = sorted(told.entries, key=lambda entry: entry.at_ms)
        pushes = sorted(told.pushes.values(), key=lambda push: push["sequence"])
        began_at_ms = min([*(map(_began_at_ms, entries)), *(push["received_at_ms"] for push in pushes)])
        queued = told.all_of("call queued")
        number = {entry.fields["correlation_id"]: str(index + 1) for index, entry in enumerate(queued)}
        steps = [step for entry in entries if (step := tell_entry(entry))] + [tell_push(push) for push in pushes]
        verdict, tone = _verdict(told, began_at_ms)
        return CallView(
            id=call_id,
            began_at_ms=began_at_ms,
            parties=self._parties(told),
            verdict=verdict,
            tone=tone,
            under_way=bool(queued) and not told.all_of("call settled"),
            deliveries=len(queued),
            spans=_spans(told, began_at_ms),
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

    def _parties(self, told: _Told) -> Parties | None:
        for push in told.pushes.values():
            if call := pushed_call(push):
                return Parties(call.caller_uid, call.receiver_uid, call.receiver_type == "group", call.call_type)
        ids = (entry.fields.get("correlation_id", "") for entry in told.entries)
        return next((self._posted[each] for each in ids if each in self._posted), None)


def _began_at_ms(entry: Entry) -> float:
    """When the webhook came in, which push's lines say and webhook's do not."""
    since_ms: float = entry.fields.get("ms_since_webhook", 0)
    return entry.at_ms - since_ms


def _verdict(told: _Told, began_at_ms: float) -> tuple[str, Tone]:
    deliveries, accepted = len(told.all_of("call queued")), told.accepted
    over = " and ".join(dict.fromkeys(in_plain_words(entry) for entry in told.all_of("end of call noted")))
    # Our simulator's word, and that of another APNs server as it was logged.
    rung = {device_hash(push["device_token"]): push["received_at_ms"] for push in reversed(accepted)}
    rung = {entry.fields["device"]: entry.at_ms for entry in told.all_of("push accepted")} | rung
    if rung:
        phones = len(rung)
        text = f"rang {phones} phone{'' if phones == 1 else 's'} after {min(rung.values()) - began_at_ms:.0f} ms"
        again = len(accepted) - len({push["device_token"] for push in accepted})
        # A custom provider posts once for each member of a group.
        several = f", {deliveries} webhooks" if told.to_group else f", delivered {deliveries} times and rang once"
        return (
            text
            + (several if deliveries > 1 else "")
            + (", pushed again with the same uuid: no second call screen" if again else "")
            + (f"; then it was {over}" if over else ""),
            "good",
        )
    settled = [entry for entry in told.all_of("call settled") if entry.fields["end"] != "spread"]
    if settled:
        fields = settled[0].fields
        end = ENDS.get(fields["end"])
        reason = fields.get("reason") or over
        why = f" ({reason})" if reason else ""
        return f"did not ring: {end.text if end else fields['end']}{why}", end.tone if end else "warn"
    if failed := told.all_of("push failed"):
        return f"not rung yet: {failed[-1].fields.get('reason') or failed[-1].fields['outcome']}", "warn"
    if deliveries or told.pushes:
        return "on its way", "plain"
    step = tell_entry(told.entries[-1])
    return (step.text, step.tone) if step else ("", "plain")


def _spans(told: _Told, began_at_ms: float) -> tuple[Span, ...]:
    """As far as it is known."""
    marks: list[tuple[Stage, float]] = [
        ("webhook", min((entry.at_ms for entry in told.all_of("call queued")), default=0)),
        ("queue", min((entry.at_ms for entry in told.all_of("call picked up")), default=0)),
        ("push", min((push["received_at_ms"] for push in told.pushes.values()), default=0)),
        ("apns", min((push["answered_at_ms"] or 0 for push in told.accepted), default=0)),
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
        answer=tell_push(push).text,
        bytes=push["payload_bytes"],
        headers=headers_as_received(push),
        payload=json.dumps(push["payload"], indent=2, ensure_ascii=False),
    )
