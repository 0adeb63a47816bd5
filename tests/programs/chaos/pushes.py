"""What APNs has recorded of a run, by call and phone, and what could keep a sender from learning an outcome."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

type Push = dict[str, Any]
type Pair = tuple[str, str]
"""Session id and device token."""

# Killed so soon after the answer, a sender has not recorded it yet. Above the time for one note on a busy machine.
RECORDED_WITHIN_MS = 1_500
# A connection that is reset throws away what its sender had not read yet.
READ_WITHIN_MS = 250
# An invocation lasts no longer, and counts at its end.
COUNTED_WITHIN_MS = 6_500
# The killer makes APNs answer late: the answer may be recorded when the sender has been dead for so long.
ANSWERED_AFTER_DEATH_MS = 1_000


def by_pair(pushes: Sequence[Push]) -> Mapping[Pair, list[Push]]:
    """Without those of which APNs has said that it had not looked at them."""
    pairs: defaultdict[Pair, list[Push]] = defaultdict(list)
    for push in pushes:
        if push["payload"] and not was_returned(push):
            pairs[push["payload"]["sessionId"], push["device_token"]].append(push)
    return pairs


def was_returned(push: Push) -> bool:
    """REFUSED_STREAM, or a stream beyond the last one of a GOAWAY."""
    return push["ending"] in ("refused", "goaway") and not push["accepted"]


def is_answered(push: Push) -> bool:
    return bool(push["ending"] == "answered")


def is_rung(push: Push) -> bool:
    """By an answer that was sent: whether it was read, only its sender knows."""
    return bool(is_answered(push) and push["status"] == 200)


@dataclass(frozen=True, slots=True)
class Interruptions:
    """When workers were killed, the pushes on which the connection was reset, and from when to when AWS hung."""

    killed_at_ms: Sequence[int]
    resets: Sequence[Push]
    hung_ms: Sequence[tuple[int, int]] = ()

    def why_again(self, push: Push) -> str | None:
        """Why a push that APNs accepted was sent again; None if there was no need."""
        if not is_answered(push):
            return "killed" if push["ending"] == "connection_lost" else "unknown"
        answered_at_ms = push["answered_at_ms"]
        if self._killed_between(answered_at_ms - ANSWERED_AFTER_DEATH_MS, self._recorded_by_ms(answered_at_ms)):
            return "killed"
        lost = any(
            reset["connection_id"] == push["connection_id"]
            and abs(reset["received_at_ms"] - answered_at_ms) <= READ_WITHIN_MS
            for reset in self.resets
        )
        return "unknown" if lost else None

    def counted(self, push: Push) -> bool:
        """Whether the invocation that sent it lived to its end, and so has written its metrics."""
        return not self._killed_between(push["received_at_ms"], push["received_at_ms"] + COUNTED_WITHIN_MS)

    def kills_between(self, from_ms: int, to_ms: int) -> int:
        return sum(from_ms <= killed_at_ms <= to_ms for killed_at_ms in self.killed_at_ms)

    def _recorded_by_ms(self, answered_at_ms: int) -> int:
        """A note waits while AWS hangs."""
        recorded_by_ms = answered_at_ms + RECORDED_WITHIN_MS
        for from_ms, to_ms in self.hung_ms:
            if from_ms <= recorded_by_ms and answered_at_ms <= to_ms:
                recorded_by_ms = to_ms + RECORDED_WITHIN_MS
        return recorded_by_ms

    def _killed_between(self, from_ms: int, to_ms: int) -> bool:
        return self.kills_between(from_ms, to_ms) > 0
