"""Calls and their way: what the functions have logged of each, and what the simulator has received for it."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ops.calls.narration import Stage, Step, Tone, describe_entry, describe_push
from ops.calls.payload_profiles import in_full, payloads_by_profile
from ops.calls.pushed_call import log_names, pushed_call
from ops.calls.timeline import headers_as_received
from ops.calls.verdict import CallHistory, verdict_of, webhook_at_ms
from ops.calls.webhooks import Call
from ops.stack.logs import Entry
from shared.call_keys import call_hash
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
    profiles: Mapping[str, str]
    """What the payload is in each form of the parameter PayloadProfile."""


@dataclass(frozen=True, slots=True)
class CallView:
    id: str
    began_at_ms: float
    posted_by: str
    """`doctor` or `smoke` for a test call; empty for others."""
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
        began_at_ms = min([*(map(webhook_at_ms, entries)), *(push["received_at_ms"] for push in pushes)])
        queued = history.all_of(LogMessage.CALL_QUEUED)
        number = {entry.fields["correlation_id"]: str(index + 1) for index, entry in enumerate(queued)}
        steps = [step for entry in entries if (step := describe_entry(entry))] + [
            describe_push(push) for push in pushes
        ]
        parties = self._parties(history)
        verdict, tone = verdict_of(history, began_at_ms, parties.callee if parties and not parties.group else "")
        return CallView(
            id=call_id,
            began_at_ms=began_at_ms,
            posted_by=next((by for entry in entries if (by := entry.fields.get("posted_by", ""))), ""),
            parties=parties,
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
        profiles={name: in_full(name, payload) for name, payload in payloads_by_profile(push).items()},
    )
