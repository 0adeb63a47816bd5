"""Another evaluator of IAM policies than ours: MiniStack's, which enforces policies where it is told to.

It has the whole of IAM's algorithm and comes with the emulator. The local stack does not turn it on: its functions
speak plain HTTP to the emulator, which the queue policies deny.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from ministack.core.iam_evaluator import EvalContext, evaluate, parse_policy_document

from tests.support.aws.iam import Access, as_list, resource_of

_ACCOUNT = "123456789012"
_REGION = "us-east-1"


def allows(statements: Iterable[Mapping[str, Any]], access: Access) -> bool:
    """Whether a role with these statements may do it."""
    context = EvalContext(
        principal_arn=f"arn:aws:sts::{_ACCOUNT}:assumed-role/role/function",
        principal_type="AssumedRole",
        principal_account=_ACCOUNT,
        action=access.action,
        resource_arn=_arn(access.resource),
        region=_REGION,
        service_context={key.lower(): list(values) for key, values in access.context.items()},
    )
    policy = {"Version": "2012-10-17", "Statement": [_with_arns(statement) for statement in statements]}
    decision: str = evaluate(context, [parse_policy_document(policy)]).decision
    return decision == "Allow"


def _with_arns(statement: Mapping[str, Any]) -> dict[str, Any]:
    return {**statement, "Resource": [_arn(resource_of(each)) for each in as_list(statement["Resource"])]}


def _arn(logical_id: str) -> str:
    return logical_id if logical_id == "*" else f"arn:aws:service:{_REGION}:{_ACCOUNT}:{logical_id}"
