"""May webhook and push do with the queues what they have to? By the roles and the queues' policies as they are now."""

import json
from collections.abc import Iterator, Mapping, Sequence

from ops.doctor.findings import Finding, Ok, Problem, ProblemCode
from ops.doctor.iam_policy import Request, statements, why_refused
from ops.doctor.queues import attributes
from ops.doctor.roles import statements_of_role
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
        role: str = stack.live_configuration(function)["Role"]
        own = statements_of_role(stack, role)
        for queue, actions in needed.items():
            policy = list(statements(json.loads(found[queue].get("Policy") or "{}")))
            for action in actions:
                why = why_refused(Request(role, action, found[queue]["QueueArn"]), own, policy)
                if why:
                    refused = True
                    yield Problem(
                        ProblemCode.QUEUE_POLICY,
                        f"{function} may not {action} on the {queue} queue: {why}",
                        "SQS console, the queue, Access policy: remove what somebody has added; then make doctor",
                    )
    if not refused:
        yield Ok("the queues' policies let webhook and push do what they must")
