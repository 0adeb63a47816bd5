"""What takes the calls from the queue to push."""

from collections.abc import Iterator

from ops.doctor.findings import Finding, Note, Ok, Problem, ProblemCode
from ops.doctor.functions import ALIAS
from ops.stack.deployed import DeployedStack

_LOGICAL_ID = "PushFunctionCalls"
_ON_ITS_WAY = ("Creating", "Enabling", "Updating")


def event_source(stack: DeployedStack) -> Iterator[Finding]:
    uuid = stack.resources.get(_LOGICAL_ID, "")
    client = stack.client("lambda")
    try:
        mapping = client.get_event_source_mapping(UUID=uuid)
    except client.exceptions.ResourceNotFoundException:
        yield Problem(
            ProblemCode.EVENT_SOURCE_DISABLED,
            "nothing takes the calls from the queue: the event source mapping of push is gone",
            "make deploy does not bring it back while CloudFormation believes it is there: remove the event Calls of "
            "PushFunction from the template, deploy, put it back, deploy",
        )
        return
    state = mapping["State"]
    if state in _ON_ITS_WAY:
        yield Note(f"the event source of push is {state}")
    elif state != "Enabled":
        yield Problem(
            ProblemCode.EVENT_SOURCE_DISABLED,
            f"calls stay on the queue, nobody is rung: the event source of push is {state}",
            f"aws lambda update-event-source-mapping --uuid {uuid} --enabled",
        )
    wrong = []
    if not mapping["FunctionArn"].endswith(f":{stack.function('push')}:{ALIAS}"):
        wrong.append(f"it calls {mapping['FunctionArn']}, not the alias {ALIAS} of push")
    if "ReportBatchItemFailures" not in mapping.get("FunctionResponseTypes", ()):
        wrong.append("it does not report failed items, so that one bad message brings back its whole batch")
    if wrong:
        yield Problem(ProblemCode.EVENT_SOURCE_WRONG, f"the event source of push: {'; '.join(wrong)}", "deploy again")
    if state == "Enabled" and not wrong:
        yield Ok("the event source takes calls from the queue to push")
