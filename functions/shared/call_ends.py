"""What the events of a call mean for a callee's phones: does the call still ring? Pure rules.

Push asks before each ring, and the calls API for phones that ring already.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, Protocol

type Meaning = Literal["answered", "ended"]
type Receiver = Literal["user", "group"]

# With the Calls SDK of 2026 both sides connect to the session while it still rings. Nobody answers so soon.
EARLIEST_ANSWER_MS = 3_000


class Call(Protocol):
    """A call as one callee's phones know it. Empty strings and 0 are unknown."""

    @property
    def session_id(self) -> str: ...
    @property
    def caller_uid(self) -> str: ...
    @property
    def callee_uid(self) -> str: ...
    @property
    def receiver_type(self) -> Receiver: ...
    @property
    def message_id(self) -> int: ...
    @property
    def initiated_at_ms(self) -> int: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEnd:
    """What was told about a call: that it has ended, or that somebody answered or refused it."""

    trigger: str
    by_uid: str
    callee_uid: str
    """The only user who was told; empty if it was told of the whole call."""
    message_id: int
    at_ms: int
    session_id: str
    """Empty where only the conversation and the caller are known."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Events of these names, done by these, in such a call, mean this."""

    triggers: tuple[str, ...]
    by: Literal["anybody", "the callee", "another", "unnamed"]
    """`another`: somebody is named who is not the caller. `unnamed`: nobody is named."""
    to: tuple[Receiver, ...]
    meaning: Meaning
    not_before_ms: int | None = None
    """Counted from the beginning of the call; None: at any time, clocks may differ."""


_ANY: tuple[Receiver, ...] = ("user", "group")

# What no rule matches means nothing for this callee.
RULES = (
    # The caller gives up, or the call rings out. CometChat's own SDK sends `unanswered` from either side.
    Rule(("cancelled", "unanswered", "ended"), "anybody", _ANY, "ended"),
    # In a group, what one member does is that member's own.
    Rule(("rejected", "busy"), "anybody", ("user",), "ended"),
    Rule(("rejected", "busy"), "the callee", _ANY, "ended"),
    # The custom provider tells all members of a group that a call goes on, whoever has joined it.
    Rule(("ongoing",), "anybody", ("user",), "answered"),
    Rule(("ongoing",), "the callee", _ANY, "answered"),
    # The caller joins every call, and that is no answer.
    Rule(("participant_joined",), "another", ("user",), "answered"),
    Rule(("participant_joined",), "the callee", _ANY, "answered"),
    # CometChat's documented samples of these two name nobody.
    Rule(("participant_joined",), "unnamed", ("user",), "answered", EARLIEST_ANSWER_MS),
    Rule(("started",), "anybody", ("user",), "answered", EARLIEST_ANSWER_MS),
)


def meaning(end: CallEnd, call: Call) -> Meaning | None:
    """What it means for the phones of this callee; None: they ring on."""
    if not _is_about(end, call) or end.callee_uid not in ("", call.callee_uid):
        return None
    return next((rule.meaning for rule in RULES if _matches(rule, end, call)), None)


def has_ended(call: Call, ends: Iterable[CallEnd]) -> bool:
    """Whether the phones of this callee need not ring: the call was answered, refused or ended."""
    return any(meaning(end, call) for end in ends)


def _matches(rule: Rule, end: CallEnd, call: Call) -> bool:
    since_began_ms = end.at_ms - call.initiated_at_ms
    return (
        end.trigger in rule.triggers
        and call.receiver_type in rule.to
        and _is_by(rule.by, end, call)
        and (rule.not_before_ms is None or since_began_ms >= rule.not_before_ms)
    )


def _is_by(by: str, end: CallEnd, call: Call) -> bool:
    match by:
        case "the callee":
            return bool(end.by_uid) and end.by_uid == call.callee_uid
        case "another":
            return end.by_uid not in ("", call.caller_uid)
        case "unnamed":
            return not end.by_uid
    return True


def _is_about(end: CallEnd, call: Call) -> bool:
    """Where both know their session it decides: a late end of one call must not silence the next one."""
    if end.session_id and call.session_id:
        return end.session_id == call.session_id
    return _is_later(end, call)


def _is_later(end: CallEnd, call: Call) -> bool:
    """Whether an end without a session id is about this call, and not about one before it in the same conversation.

    CometChat's times have seconds. Within one, its message ids tell, which grow; without them the call counts as ended,
    since hanging up within a second of calling is likelier than calling again within a second of hanging up.
    """
    end_s, call_s = end.at_ms // 1000, call.initiated_at_ms // 1000
    if end_s == call_s and end.message_id and call.message_id:
        return end.message_id > call.message_id
    return end_s >= call_s
