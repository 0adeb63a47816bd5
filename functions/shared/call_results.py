"""How a message of the calls queue ends. Written to logs and to the calls table; read by the page and the commands."""

from enum import StrEnum


class CallResult(StrEnum):
    """Where the callee's phones ended differently, the first of these speaks for the message."""

    RUNG = "rung"
    FANNED_OUT = "fanned out"
    """A call to a group: there is now a message for each of its members."""
    UNDELIVERABLE = "undeliverable"
    """APNs or CometChat refuses us or our configuration: the message goes to the dead-letter queue."""
    UNCONFIRMED = "unconfirmed"
    """Pushed as often as a call may be, and APNs never said that it has accepted one."""
    ENDED = "ended"
    """The call was answered, declined, cancelled or over before the phone rang."""
    DUPLICATE = "duplicate"
    DEAD = "dead token"
    QUARANTINED = "quarantined"
    NO_DEVICE = "no device"
    STALE = "stale"
    GROUP_NOT_CONFIGURED = "group not configured"
    NOTED = "noted"
    """Not a call, but the end of one."""
    UNREADABLE = "unreadable"
    """Not an event of ours: the message goes to the dead-letter queue."""
