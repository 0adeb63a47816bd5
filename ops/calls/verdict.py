"""What became of a call, in one sentence: the page's, and that of make ring and make smoke."""

from dataclasses import dataclass, field
from typing import Any

from ops.calls.narration import RESULTS, Explanation, Tone, describe_entry, in_plain_words, why_failed
from ops.calls.pushed_call import pushed_call
from ops.stack.logs import Entry
from shared.call_results import CallResult
from shared.device_tokens import device_hash
from shared.log_messages import LogMessage

# As RingLatencyAlarm has it; and a caller who has waited so long may have hung up.
LATE_MS, TOO_LATE_MS = 2_000, 10_000


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
    def end(self) -> str:
        """How it ended, in plain words; empty if it has not."""
        return " and ".join(dict.fromkeys(map(in_plain_words, self.all_of(LogMessage.CALL_END_NOTED))))

    @property
    def rung_at_ms(self) -> dict[str, float]:
        """By device: our simulator's word, and that of another APNs server as it was logged."""
        logged = {entry.fields["device"]: entry.at_ms for entry in self.all_of(LogMessage.PUSH_ACCEPTED)}
        recorded = {device_hash(push["device_token"]): push["received_at_ms"] for push in reversed(self.accepted)}
        return logged | recorded

    @property
    def accepted(self) -> list[dict[str, Any]]:
        return [push for push in self.pushes.values() if push["accepted"]]


def webhook_at_ms(entry: Entry) -> float:
    """When the webhook came in, which push's lines say and webhook's do not."""
    since_ms: float = entry.fields.get("ms_since_webhook", 0)
    return entry.at_ms - since_ms


def verdict_of(history: CallHistory, started_ms: float, callee: str = "") -> tuple[str, Tone]:
    """`callee` is who was called, where that is known: logs do not say."""
    settled = [
        entry for entry in history.all_of(LogMessage.CALL_SETTLED) if entry.fields["result"] != CallResult.FANNED_OUT
    ]
    if history.rung_at_ms:
        return _rang(history, started_ms)
    if settled:
        return _did_not_ring(history, settled[0], callee)
    if failed := history.all_of(LogMessage.PUSH_FAILED):
        return f"not rung yet: {why_failed(failed[-1].fields)}", "warn"
    if history.all_of(LogMessage.CALL_QUEUED) or history.pushes:
        return "on its way", "plain"
    step = describe_entry(history.entries[-1]) if history.entries else None
    return (step.text, step.tone) if step else ("", "plain")


def lateness(after_ms: float) -> Tone:
    """How bad it is for a caller that a phone rings so late."""
    if after_ms <= LATE_MS:
        return "good"
    return "warn" if after_ms <= TOO_LATE_MS else "bad"


def _rang(history: CallHistory, started_ms: float) -> tuple[str, Tone]:
    after_ms = sorted(at_ms - started_ms for at_ms in history.rung_at_ms.values())
    phones, deliveries = len(after_ms), len(history.all_of(LogMessage.CALL_QUEUED))
    text = f"rang {phones} phone{'' if phones == 1 else 's'} after {_duration(after_ms[0])}"
    if lateness(after_ms[-1]) != lateness(after_ms[0]):
        text += f", the last one after {_duration(after_ms[-1])}"
    if deliveries > 1:
        # A custom provider posts once for each member of a group.
        text += f", {deliveries} webhooks" if history.to_group else f", delivered {deliveries} times and rang once"
    if len(history.accepted) > len({push["device_token"] for push in history.accepted}):
        text += ", pushed again with the same uuid: no second call screen"
    return text + (f"; then it was {history.end}" if history.end else ""), lateness(after_ms[-1])


def _did_not_ring(history: CallHistory, settled: Entry, callee: str) -> tuple[str, Tone]:
    result = settled.fields["result"]
    explanation = RESULTS.get(result, Explanation(result, "warn"))
    if result == CallResult.NO_DEVICE and callee:
        return f"did not ring: {callee} has no phone registered", explanation.tone
    reason = settled.fields.get("reason") or history.end
    return f"did not ring: {explanation.text}{f' ({reason})' if reason else ''}", explanation.tone


def _duration(ms: float) -> str:
    return f"{ms:.0f} ms" if ms < 10_000 else f"{ms / 1000:.1f} s"
