"""The account's limit of functions at once: is there enough for push, and does webhook keep some?"""

from collections.abc import Iterator

from ops.doctor.findings import Finding, Ok, Problem, ProblemCode
from ops.stack.deployed import DeployedStack

# CometChat waits for the webhook, and phones for the rest. Push can wait in the queue.
_FOR_OTHERS = 5
_BATCHES_OF_A_POLLER = 10
_SMALLEST_LIMIT_OF_PUSH = 2
_NUMBERS = ("PushReservedConcurrency", "PushMinimumPollers", "PushMaximumPollers", "PushMaximumConcurrency")


def account(stack: DeployedStack) -> Iterator[Finding]:
    limit = stack.client("lambda").get_account_settings()["AccountLimit"]["ConcurrentExecutions"]
    push = _most_of_push(stack)
    if push + _FOR_OTHERS <= limit or int(stack.parameters["WebhookReservedConcurrency"]):
        yield Ok(f"the account runs {limit} functions at once, of which push takes {push} at most")
        return
    less = max(_SMALLEST_LIMIT_OF_PUSH, limit - _FOR_OTHERS)
    yield Problem(
        ProblemCode.ACCOUNT_TOO_SMALL,
        f"the account runs {limit} functions at once, and push alone may take {push}: in a burst of calls webhooks are "
        "answered with 503, and CometChat may not send them again",
        f'make deploy PARAMETERS="PushMaximumConcurrency={less} PushMinimumPollers=0", and ask for more under Service '
        "Quotas, AWS Lambda, Concurrent executions",
    )


def _most_of_push(stack: DeployedStack) -> int:
    values = {name: int(stack.parameters[name]) for name in _NUMBERS}
    if values["PushReservedConcurrency"]:
        return values["PushReservedConcurrency"]
    if values["PushMinimumPollers"]:
        return values["PushMaximumPollers"] * _BATCHES_OF_A_POLLER
    return values["PushMaximumConcurrency"]
