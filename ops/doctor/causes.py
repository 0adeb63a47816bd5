"""Which problems are only consequences of others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ops.doctor.findings import Problem, ProblemCode

C = ProblemCode

_PUSH_STOPS = {C.CALLS_NOT_PICKED_UP, C.CALLS_WAITING}
_NOTHING_GETS_IN = {C.WEBHOOK_REFUSES, C.NO_CALLS_FROM_COMETCHAT}
_NOTHING_RINGS = {C.DEAD_LETTERS, C.CALLS_NOT_PICKED_UP, C.CALLS_WAITING}

# What a problem brings about, by its code and what it is about; "" is for anything else.
_CONSEQUENCES: Mapping[tuple[ProblemCode, str], set[ProblemCode]] = {
    (C.FUNCTION_GONE, "push"): {*_PUSH_STOPS, C.EVENT_SOURCE_DISABLED, C.EVENT_SOURCE_WRONG, C.GONE},
    (C.FUNCTION_GONE, "webhook"): {*_NOTHING_GETS_IN, C.GONE},
    (C.FUNCTION_GONE, ""): {C.GONE},
    (C.TABLE_GONE, ""): {*_NOTHING_RINGS, C.WEBHOOK_REFUSES, C.GONE},
    (C.QUEUE_GONE, ""): {*_NOTHING_GETS_IN, *_PUSH_STOPS, C.EVENT_SOURCE_DISABLED, C.NO_REDRIVE, C.GONE},
    (C.DELETION_SCHEDULED, "apns-key"): _NOTHING_RINGS,
    (C.DELETION_SCHEDULED, "webhook"): _NOTHING_GETS_IN,
    (C.NO_WEBHOOK_CREDENTIALS, ""): _NOTHING_GETS_IN,
    (C.BAD_WEBHOOK_CREDENTIALS, ""): _NOTHING_GETS_IN,
    (C.APNS_KEY_MISSING, ""): {C.DEAD_LETTERS},
    (C.APNS_KEY_UNREADABLE, ""): {C.DEAD_LETTERS},
    (C.APNS_KEY_UNKNOWN, ""): {C.DEAD_LETTERS},
    (C.APNS_KEY_OF_OTHER_ENVIRONMENT, ""): {C.DEAD_LETTERS},
    (C.APNS_TOPIC_REFUSED, ""): {C.DEAD_LETTERS},
    (C.APNS_REFUSES, ""): {C.DEAD_LETTERS},
    (C.APNS_OUT_OF_ORDER, ""): {C.CALLS_WAITING},
    (C.APNS_UNREACHABLE, ""): {C.CALLS_WAITING},
    (C.ROLE_CHANGED, "webhook"): {*_NOTHING_GETS_IN, C.QUEUE_POLICY},
    (C.ROLE_CHANGED, "push"): {*_NOTHING_RINGS, C.QUEUE_POLICY},
    (C.QUEUE_POLICY, ""): {*_NOTHING_GETS_IN, *_PUSH_STOPS},
    (C.EVENT_SOURCE_DISABLED, ""): _PUSH_STOPS,
    (C.EVENT_SOURCE_WRONG, ""): _PUSH_STOPS,
    (C.CONCURRENCY_TAKEN, "push"): _PUSH_STOPS,
    (C.CONCURRENCY_TAKEN, "webhook"): _NOTHING_GETS_IN,
    (C.FUNCTION_WRONG, "push"): _NOTHING_RINGS,
    (C.FUNCTION_WRONG, "webhook"): _NOTHING_GETS_IN,
    (C.VALUE_CHANGED, "push"): {
        C.FUNCTION_WRONG,
        C.FUNCTION_NOT_LIVE,
        C.APNS_TOPIC_REFUSED,
        C.APNS_UNREACHABLE,
        *_NOTHING_RINGS,
    },
    (C.VALUE_CHANGED, "authorizer"): {C.FUNCTION_WRONG, C.FUNCTION_NOT_LIVE, C.JWKS_UNREACHABLE, C.JWKS_EMPTY},
    (C.VALUE_CHANGED, ""): {C.FUNCTION_WRONG, C.FUNCTION_NOT_LIVE},
    (C.CALLS_NOT_PICKED_UP, ""): {C.CALLS_WAITING},
}
# A ringing alarm is explained by any fault, and explains none.
_EXPLAIN_NO_ALARM = {C.ALARM, C.NOT_ALLOWED, C.GONE, C.NOT_EXAMINED, C.DEAD_LETTERS}


@dataclass(frozen=True, slots=True)
class Fault:
    cause: Problem
    consequences: Sequence[Problem]


def faults(problems: Sequence[Problem]) -> list[Fault]:
    """The causes in the order of their codes, each with its consequences."""
    ordered = sorted(problems, key=lambda problem: list(ProblemCode).index(problem.code))
    causes = [problem for problem in ordered if not any(_explains(other, problem) for other in ordered)]
    explained: set[int] = set()
    found = []
    for cause in causes:
        mine = [
            index
            for index, problem in enumerate(ordered)
            if problem not in causes and index not in explained and _leads_to(cause, problem, ordered)
        ]
        explained.update(mine)
        found.append(Fault(cause, [ordered[index] for index in mine]))
    return found


def _explains(cause: Problem, other: Problem) -> bool:
    if other.code is C.ALARM:
        return cause.code not in _EXPLAIN_NO_ALARM
    key = (cause.code, cause.about)
    return other.code in _CONSEQUENCES.get(key, _CONSEQUENCES.get((cause.code, ""), set()))


def _leads_to(cause: Problem, problem: Problem, all_of_them: Sequence[Problem]) -> bool:
    return _explains(cause, problem) or any(
        _explains(cause, between) and _explains(between, problem) for between in all_of_them
    )
