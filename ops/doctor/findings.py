"""What a check finds."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from ops.stack.deployed import DeployedStack


class ProblemCode(StrEnum):
    """Of a fault."""

    APNS_KEY_MISSING = "no APNs key"
    APNS_KEY_UNREADABLE = "APNs key unreadable"
    APNS_KEY_UNKNOWN = "APNs key unknown to Apple"
    APNS_KEY_OF_OTHER_ENVIRONMENT = "APNs key of the other environment"
    APNS_TOPIC_REFUSED = "APNs topic refused"
    APNS_REFUSES = "APNs refuses"
    APNS_UNREACHABLE = "APNs out of reach"
    NO_WEBHOOK_CREDENTIALS = "webhook secret empty"
    BAD_WEBHOOK_CREDENTIALS = "webhook secret unreadable"
    WEBHOOK_REFUSES = "webhook refuses"
    CALLS_NOT_PICKED_UP = "calls not picked up"
    CALLS_WAITING = "calls waiting"
    DEAD_LETTERS = "dead letters"
    NO_REDRIVE = "no way to the dead-letter queue"
    QUEUE_POLICY = "queue policy broken"
    EVENT_SOURCE_DISABLED = "event source disabled"
    EVENT_SOURCE_WRONG = "event source wrong"
    FUNCTION_WRONG = "function misconfigured"
    FUNCTION_NOT_LIVE = "deployed but not live"
    JWKS_UNREACHABLE = "JWKS out of reach"
    JWKS_EMPTY = "JWKS without keys"
    ALARM = "alarm"
    NOT_EXAMINED = "not examined"


@dataclass(frozen=True, slots=True)
class Ok:
    what: str


@dataclass(frozen=True, slots=True)
class Note:
    """Not wrong, and worth knowing."""

    what: str


@dataclass(frozen=True, slots=True)
class Problem:
    code: ProblemCode
    what: str
    remedy: str


type Finding = Ok | Note | Problem

type Check = Callable[[DeployedStack], Iterator[Finding]]
