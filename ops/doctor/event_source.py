"""What takes the calls from the queue to push."""

from collections.abc import Iterator, Mapping
from typing import Any

from ops.doctor.changed_values import Changed, compared
from ops.doctor.findings import Finding, Note, Ok, Problem, ProblemCode
from ops.stack.deployed import ALIAS, DeployedStack
from ops.stack.template import DeployedTemplate

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
    problems = [*_state(uuid, mapping["State"]), *_wrong(stack, mapping), *_changed(stack, mapping)]
    yield from problems or [Ok("the event source takes calls from the queue to push")]


def _state(uuid: str, state: str) -> Iterator[Finding]:
    if state in _ON_ITS_WAY:
        yield Note(f"the event source of push is {state}")
    elif state != "Enabled":
        yield Problem(
            ProblemCode.EVENT_SOURCE_DISABLED,
            f"calls stay on the queue, nobody is rung: the event source of push is {state}",
            f"aws lambda update-event-source-mapping --uuid {uuid} --enabled",
        )


def _wrong(stack: DeployedStack, mapping: Mapping[str, Any]) -> Iterator[Finding]:
    wrong = []
    if not mapping["FunctionArn"].endswith(f":{stack.function('push')}:{ALIAS}"):
        wrong.append(f"it calls {mapping['FunctionArn']}, not the alias {ALIAS} of push")
    if "ReportBatchItemFailures" not in mapping.get("FunctionResponseTypes", ()):
        wrong.append("it does not report failed items, so one bad message brings back its whole batch")
    if filters := mapping.get("FilterCriteria", {}).get("Filters"):
        wrong.append(f"a filter deletes every message that does not match it: {filters}; template.yaml has none")
    if wrong:
        yield Problem(
            ProblemCode.EVENT_SOURCE_WRONG,
            f"the event source of push: {'; '.join(wrong)}",
            f"aws lambda update-event-source-mapping --uuid {mapping['UUID']} --filter-criteria '{{}}' "
            f"--function-response-types ReportBatchItemFailures --function-name {stack.function('push')}:{ALIAS}",
        )


def _changed(stack: DeployedStack, mapping: Mapping[str, Any]) -> Iterator[Finding]:
    template = DeployedTemplate(stack)
    expected = template.properties("PushFunction")["Events"]["Calls"]["Properties"]
    values = [
        Changed("batch size", expected.get("BatchSize", 10), mapping.get("BatchSize")),
        Changed(
            "batching window (s)",
            expected.get("MaximumBatchingWindowInSeconds", 0),
            mapping.get("MaximumBatchingWindowInSeconds", 0),
        ),
    ]
    if "ScalingConfig" in expected and "ScalingConfig" in mapping:
        wanted, found = expected["ScalingConfig"], mapping["ScalingConfig"]
        values.append(Changed("maximum concurrency", wanted.get("MaximumConcurrency"), found.get("MaximumConcurrency")))
    yield from compared("the event source of push", values)
