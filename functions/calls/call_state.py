"""Whether a call that rang a user's phones still rings. Pure rules, on top of those by which a call rings at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from shared.call_ends import CallEnd, has_ended
from shared.ring_items import RingItem

type State = Literal["ringing", "answered", "ended"]

# Any of these means that the user has answered, or for a user-to-user call that somebody has.
_ANSWERS = ("participant_joined", "started", "ongoing")
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
    triggers = [end.trigger for end in sorted(ends, key=lambda end: end.at_ms) if has_ended(ring, [end])]
    # A phone that still rings was not the one that answered: that the call has ended since makes no difference to it.
    for trigger in triggers:
        if trigger in _ANSWERS:
            return CallState("answered", trigger, ring.ring_ends_at_ms)
    if triggers:
        return CallState("ended", triggers[0], ring.ring_ends_at_ms)
    if now_ms >= ring.ring_ends_at_ms:
        return CallState("ended", _RING_TIME_IS_OVER, ring.ring_ends_at_ms)
    return CallState("ringing", "", ring.ring_ends_at_ms)
