"""Whether a call that rang a user's phones still rings. Pure rules, on top of those by which a call rings at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from shared.call_ends import CallEnd, meaning
from shared.ring_items import RingItem

type State = Literal["ringing", "answered", "ended"]

_RING_TIME_IS_OVER = "expired"


@dataclass(frozen=True, slots=True)
class CallState:
    state: State
    reason: str
    """CometChat's word for what ended the ringing, or `expired`; empty while it rings."""
    expires_at_ms: int
    """When the call stops ringing by itself."""


def call_state(ring: RingItem, ends: Sequence[CallEnd], *, now_ms: int) -> CallState:
    """`ends` are all that are known under the call's names; some may be about other calls."""
    known = [(meaning(end, ring), end.trigger) for end in sorted(ends, key=lambda end: end.at_ms)]
    # A phone that still rings was not the one that answered: that the call has ended since makes no difference to it.
    states: tuple[State, ...] = ("answered", "ended")
    for state in states:
        for found, trigger in known:
            if found == state:
                return CallState(state, trigger, ring.ring_ends_at_ms)
    if now_ms >= ring.ring_ends_at_ms:
        return CallState("ended", _RING_TIME_IS_OVER, ring.ring_ends_at_ms)
    return CallState("ringing", "", ring.ring_ends_at_ms)
