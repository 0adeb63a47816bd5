"""How a call ends, for a device and for a message of the queue."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class End(StrEnum):
    """Earlier ones speak for the message when its devices ended differently."""

    RUNG = "rung"
    SPREAD = "spread"
    """A call to a group, now a message for each of its members."""
    NOT_POSSIBLE = "not possible"
    """APNs refuses us or our configuration: the message goes to the dead-letter queue."""
    OVER = "over"
    DUPLICATE = "duplicate"
    DEAD = "dead"
    QUARANTINED = "quarantined"
    NO_DEVICE = "no device"
    STALE = "stale"
    GROUP_NOT_CONFIGURED = "group not configured"
    NOTED = "noted"
    """Not a call but the end of one."""
    UNREADABLE = "unreadable"
    """Not an event of ours: the message goes to the dead-letter queue."""


@dataclass(frozen=True, slots=True)
class Ended:
    end: End
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Again:
    """To be tried again: not before that time, or if that is 0 as soon as makes sense."""

    not_before_ms: int = 0


type Result = Ended | Again


def summary(results: Sequence[Result]) -> Result:
    """Of the devices' results the message's. One device that must be tried again brings the whole message back."""
    again = [result for result in results if isinstance(result, Again)]
    if again:
        return Again(min(result.not_before_ms for result in again))
    ended = [result for result in results if isinstance(result, Ended)]
    return min(ended, key=lambda result: list(End).index(result.end), default=Ended(End.NO_DEVICE))
