"""Which facts about a call mean that a phone need not ring. Pure rules; the facts are in the calls table."""

from dataclasses import dataclass

from shared.call_events import CallRinging

# For everybody: the caller gave up, nobody came, or it has ended.
_FOR_ALL = {"cancelled", "unanswered", "ended"}


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEnd:
    """What was told about a call."""

    trigger: str
    by_uid: str
    callee_uid: str
    message_id: int
    at_ms: int
    session_id: str
    """Empty where only the conversation and the caller are known."""


def has_ended(call: CallRinging, facts: list[CallEnd]) -> bool:
    return any(_ends(call, fact) for fact in facts)


def _ends(call: CallRinging, fact: CallEnd) -> bool:
    if not _is_about(fact, call):
        return False
    if fact.callee_uid:
        return fact.callee_uid == call.callee_uid
    # In a group one member's answer or rejection is that member's own.
    return fact.trigger in _FOR_ALL or call.receiver_type == "user" or fact.by_uid == call.callee_uid


def _is_about(fact: CallEnd, call: CallRinging) -> bool:
    """Where both know their session it decides: a late end of one call must not silence the next one."""
    if fact.session_id and call.session_id:
        return fact.session_id == call.session_id
    return _is_later(fact, call)


def _is_later(fact: CallEnd, call: CallRinging) -> bool:
    """Whether a fact without a session id is about this call, and not about one before it in the same conversation.

    CometChat's times have seconds. Within one, its message ids tell, which grow; without them the call counts as over,
    since hanging up within a second of calling is likelier than calling again within a second of hanging up.
    """
    fact_s, call_s = fact.at_ms // 1000, call.initiated_at_ms // 1000
    if fact_s == call_s and fact.message_id and call.message_id:
        return fact.message_id > call.message_id
    return fact_s >= call_s
