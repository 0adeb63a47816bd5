"""What a check finds."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from ops.stack.deployed import DeployedStack

_RUNBOOK = "docs/runbooks/doctor.md"


class ProblemCode(StrEnum):
    """Each has a heading in docs/runbooks/doctor.md. A report begins with the first of these that was found."""

    FUNCTION_GONE = "function gone"
    TABLE_GONE = "table gone"
    QUEUE_GONE = "queue gone"
    DELETION_SCHEDULED = "secret scheduled for deletion"
    NO_WEBHOOK_CREDENTIALS = "webhook secret empty"
    BAD_WEBHOOK_CREDENTIALS = "webhook secret unreadable"
    APNS_KEY_MISSING = "no APNs key"
    APNS_KEY_UNREADABLE = "APNs key unreadable"
    APNS_KEY_UNKNOWN = "APNs key unknown to Apple"
    APNS_KEY_OF_OTHER_ENVIRONMENT = "APNs key of the other environment"
    APNS_TOPIC_REFUSED = "APNs topic refused"
    APNS_OUT_OF_ORDER = "APNs out of order"
    APNS_REFUSES = "APNs refuses"
    APNS_UNREACHABLE = "APNs unreachable"
    ROLE_CHANGED = "role changed by hand"
    QUEUE_POLICY = "queue policy broken"
    EVENT_SOURCE_DISABLED = "event source disabled"
    EVENT_SOURCE_WRONG = "event source wrong"
    NO_REDRIVE = "no way to the dead-letter queue"
    CONCURRENCY_TAKEN = "concurrency taken away"
    ACCOUNT_TOO_SMALL = "account too small"
    FUNCTION_WRONG = "function misconfigured"
    FUNCTION_NOT_LIVE = "deployed but not live"
    VALUE_CHANGED = "value changed by hand"
    DEPLOYMENT_STUCK = "deployment stuck"
    JWKS_UNREACHABLE = "JWKS unreachable"
    JWKS_EMPTY = "JWKS without keys"
    COMETCHAT_WEBHOOK = "CometChat webhook wrong"
    COMETCHAT_REFUSED = "CometChat refused"
    NO_CALLS_FROM_COMETCHAT = "no calls from CometChat"
    WEBHOOK_REFUSES = "webhook refuses"
    CALLS_NOT_PICKED_UP = "calls not picked up"
    CALLS_WAITING = "calls waiting"
    DEAD_LETTERS = "dead letters"
    ALARM = "alarm"
    NOT_ALLOWED = "not examined: not allowed"
    GONE = "not examined: gone"
    NOT_EXAMINED = "not examined"

    @property
    def runbook(self) -> str:
        """The heading that says what to do about it."""
        return f"{_RUNBOOK}#{self.replace(' ', '-').replace(':', '').lower()}"


@dataclass(frozen=True, slots=True)
class Ok:
    what: str


@dataclass(frozen=True, slots=True)
class Note:
    """Not wrong, but worth knowing."""

    what: str


@dataclass(frozen=True, slots=True)
class NotExamined:
    """What no check can tell; the report's last line names it."""

    what: str


@dataclass(frozen=True, slots=True)
class Problem:
    code: ProblemCode
    what: str
    remedy: str
    about: str = ""
    """The function, table, queue or secret that has it."""
    runbook: str = ""
    """Empty: the heading of the code."""

    @property
    def link(self) -> str:
        return self.runbook or self.code.runbook


type Finding = Ok | Note | NotExamined | Problem

type Check = Callable[[DeployedStack], Iterator[Finding]]
