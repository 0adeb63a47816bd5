"""What APNs has recorded of a run, by call and phone, and what could keep a sender from noting what came of a push."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

type Push = dict[str, Any]
type Pair = tuple[str, str]
"""Session id and device token."""

# Killed so soon after its verdict, a sender has not recorded it yet. Above the time for one note on a busy machine.
RECORDED_WITHIN_MS = 1_500
# A connection that is reset throws away what its sender had not read yet.
READ_WITHIN_MS = 250
# An invocation lasts no longer; it logs its verdicts before its end, and counts at its end.
INVOCATION_MS = 6_500


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

    def keep_from_noting(self, known_at_ms: int, not_recorded_at_ms: Sequence[int]) -> bool:
        """Whether a sender with a verdict was killed before it had noted it, or said that it could not note it."""
        noted_by_ms = self._noted_by_ms(known_at_ms)
        return self._killed_between(known_at_ms, noted_by_ms) or any(
            known_at_ms <= at_ms <= noted_by_ms for at_ms in not_recorded_at_ms
        )

    def lose_answer(self, push: Push) -> bool:
        """Whether its sender may not have read the answer, because the connection was reset."""
        return any(
            reset["connection_id"] == push["connection_id"]
            and abs(reset["received_at_ms"] - push["answered_at_ms"]) <= READ_WITHIN_MS
            for reset in self.resets
        )

    def may_kill_sender(self, push: Push) -> bool:
        """Whether a worker was killed within the invocation that sent it, which has then written no metrics."""
        return self._killed_between(push["received_at_ms"], push["received_at_ms"] + INVOCATION_MS)

    def hang_at(self, at_ms: int) -> bool:
        """Whether AWS hung at that time, or so shortly before that a request was still waiting."""
        return any(from_ms <= at_ms <= to_ms + RECORDED_WITHIN_MS for from_ms, to_ms in self.hung_ms)

    def kills_between(self, from_ms: int, to_ms: int) -> int:
        return sum(from_ms <= killed_at_ms <= to_ms for killed_at_ms in self.killed_at_ms)

    def _noted_by_ms(self, known_at_ms: int) -> int:
        """A note waits while AWS hangs."""
        noted_by_ms = known_at_ms + RECORDED_WITHIN_MS
        for from_ms, to_ms in self.hung_ms:
            if from_ms <= noted_by_ms and known_at_ms <= to_ms:
                noted_by_ms = to_ms + RECORDED_WITHIN_MS
        return noted_by_ms

    def _killed_between(self, from_ms: int, to_ms: int) -> bool:
        return self.kills_between(from_ms, to_ms) > 0
