"""Whether IAM lets a role do something: an explicit Deny wins, else it takes an Allow.

As much of IAM's evaluation as roles and queues within one account need. Conditions: only `aws:SecureTransport` is
known; a Deny with another condition counts, an Allow with one does not, since both may be so.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

type Statement = Mapping[str, Any]

_CONTEXT = {"aws:securetransport": "true"}


@dataclass(frozen=True, slots=True)
class Request:
    """`principal` is the role's ARN. Over TLS, as AWS SDKs do it."""

    principal: str
    action: str
    resource: str


def why_refused(request: Request, identity: Sequence[Statement], of_resource: Sequence[Statement]) -> str | None:
    """None if it is allowed. `identity`: the role's own statements; `of_resource`: the queue's policy."""
    applicable = [statement for statement in identity if _applies(statement, request)]
    applicable += [each for each in of_resource if _applies(each, request) and _is_for(each, request.principal)]
    for statement in applicable:
        if statement["Effect"] == "Deny" and _condition(statement) is not False:
            return f"denied by the statement {statement.get('Sid', 'without a Sid')}"
    if any(statement["Effect"] == "Allow" and _condition(statement) is True for statement in applicable):
        return None
    return "allowed by no statement"


def statements(document: Any) -> Iterator[Statement]:
    yield from listed((document or {}).get("Statement", []))


def _applies(statement: Statement, request: Request) -> bool:
    return _matches(statement, "Action", request.action, ignore_case=True) and _matches(
        statement, "Resource", request.resource
    )


def _matches(statement: Statement, element: str, value: str, *, ignore_case: bool = False) -> bool:
    negated = f"Not{element}" in statement
    patterns = listed(statement.get(f"Not{element}" if negated else element, []))
    if ignore_case:
        value, patterns = value.lower(), [pattern.lower() for pattern in patterns]
    return any(_like(value, pattern) for pattern in patterns) != negated


def _is_for(statement: Statement, principal: str) -> bool:
    negated = "NotPrincipal" in statement
    named = statement.get("NotPrincipal" if negated else "Principal", {})
    names = ["*"] if named == "*" else listed(named.get("AWS", []))
    _, partition, _, _, account, _ = principal.split(":", 5)
    return any(name in ("*", principal, account, f"arn:{partition}:iam::{account}:root") for name in names) != negated


def _condition(statement: Statement) -> bool | None:
    """Whether it holds; None if that can't be told here."""
    verdicts: list[bool | None] = []
    for operator, keys in statement.get("Condition", {}).items():
        for key, wanted in keys.items():
            known = _CONTEXT.get(key.lower()) if operator == "Bool" else None
            verdicts.append(None if known is None else known in [str(value).lower() for value in listed(wanted)])
    if False in verdicts:
        return False
    return None if None in verdicts else True


def _like(value: str, pattern: str) -> bool:
    """IAM knows * and ?, and takes [ for itself."""
    return fnmatchcase(value, pattern.replace("[", "[[]"))


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
