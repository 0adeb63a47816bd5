"""May webhook and push do with the queues what they have to? By the roles and the queues' policies as they are now."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ops.doctor.findings import Finding, Ok, Problem, ProblemCode
from ops.doctor.functions import ALIAS
from ops.doctor.iam_policy import Request, Statement, statements, why_refused
from ops.doctor.queues import attributes
from ops.stack.deployed import DeployedStack

_NEEDED: Mapping[str, Mapping[str, Sequence[str]]] = {
    "webhook": {"calls": ("sqs:SendMessage",)},
    "push": {
        "calls": (
            "sqs:ReceiveMessage",
            "sqs:DeleteMessage",
            "sqs:GetQueueAttributes",
            "sqs:ChangeMessageVisibility",
            "sqs:SendMessage",
        ),
        "dead-letter": ("sqs:SendMessage",),
    },
}


def queue_policies(stack: DeployedStack) -> Iterator[Finding]:
    sqs = stack.client("sqs")
    found = {
        "calls": attributes(sqs, stack.queues.calls),
        "dead-letter": attributes(sqs, stack.queues.dead_letters),
    }
    refused = False
    for function, needed in _NEEDED.items():
        role = _role(stack, function)
        own = list(_statements_of_role(stack, role))
        for queue, actions in needed.items():
            policy = list(statements(json.loads(found[queue].get("Policy") or "{}")))
            for action in actions:
                why = why_refused(Request(role, action, found[queue]["QueueArn"]), own, policy)
                if why:
                    refused = True
                    yield Problem(
                        ProblemCode.QUEUE_POLICY,
                        f"{function} may not {action} on the {queue} queue: {why}",
                        "deploy again: somebody has changed the queue's policy or the function's role. Until then: "
                        "SQS console, the queue, Access policy: remove the statement",
                    )
    if not refused:
        yield Ok("webhook and push may do with the queues what they have to")


def _role(stack: DeployedStack, function: str) -> str:
    configuration = stack.client("lambda").get_function_configuration(
        FunctionName=stack.function(function), Qualifier=ALIAS
    )
    role: str = configuration["Role"]
    return role


def _statements_of_role(stack: DeployedStack, role: str) -> Iterator[Statement]:
    iam = stack.client("iam")
    name = role.rpartition("/")[2]
    for page in iam.get_paginator("list_role_policies").paginate(RoleName=name):
        for policy in page["PolicyNames"]:
            yield from statements(_document(iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]))
    for page in iam.get_paginator("list_attached_role_policies").paginate(RoleName=name):
        for attached in page["AttachedPolicies"]:
            arn = attached["PolicyArn"]
            version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
            found = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
            yield from statements(_document(found))


def _document(document: Any) -> Any:
    return json.loads(document) if isinstance(document, str) else document
