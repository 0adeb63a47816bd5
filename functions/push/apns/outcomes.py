"""What is known of one push after it was tried."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Accepted:
    """APNs has taken it, which is all that APNs ever says."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """APNs has answered and refused it. `timestamp_ms`, only with 410: since when APNs knows the token as dead.

    `provider_token` is what it was sent with; others may have got a new one since.
    """

    status: int
    reason: str
    timestamp_ms: int | None = None
    provider_token: str = field(default="", repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class NotSent:
    """It certainly did not reach APNs."""

    why: str


@dataclass(frozen=True, slots=True)
class NotTaken:
    """It reached APNs, which has said several times in a row that it did not act on it."""

    why: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """It left, and no answer came: the phone may be ringing."""

    why: str


@dataclass(frozen=True, slots=True)
class CannotSend:
    """It was not sent, and trying again would not help: our configuration lacks something."""

    why: str


type Outcome = Accepted | Rejected | NotSent | NotTaken | Unknown | CannotSend
