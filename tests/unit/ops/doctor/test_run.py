"""What only AWS can show, or a local stack can't be brought to: with fakes."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError

from ops.doctor import queues as queues_module
from ops.doctor.alarms import alarms
from ops.doctor.event_source import event_source
from ops.doctor.findings import Check, Finding, Note, Ok, Problem, ProblemCode
from ops.doctor.queues import queues
from ops.doctor.report import report
from ops.doctor.run import examine
from ops.errors import StackUnknown
from ops.stack.deployed import DeployedStack
from tests.support.aws.secrets_manager import client_error
from tests.support.aws.template import TEMPLATE

OUTPUTS = {
    "CallsQueueUrl": "https://sqs/1/calls",
    "DeadLetterQueueUrl": "https://sqs/1/dead",
    "WebhookSecretArn": "arn",
    "PushFunctionName": "app-push",
}

DETAILS = {"StackId": "arn:aws:cloudformation:eu-central-1:1:stack/app/1", "Parameters": []}


def stack_of(clients: Mapping[str, Any], resources: Mapping[str, str] | None = None) -> DeployedStack:
    stack = DeployedStack("app", {"cloudformation": CloudFormation(), **clients}.__getitem__)
    vars(stack).update(outputs=OUTPUTS, details=DETAILS, resources=resources or {})
    return stack


class CloudFormation:
    def get_template(self, *, StackName: str, TemplateStage: str) -> dict[str, Any]:
        return {"TemplateBody": TEMPLATE.read_text()}


def fault_names(findings: Iterable[Finding]) -> list[ProblemCode]:
    return [each.code for each in findings if isinstance(each, Problem)]


class Pages:
    def __init__(self, page: dict[str, Any]) -> None:
        self._page = page

    def paginate(self, **_: Any) -> list[dict[str, Any]]:
        return [self._page]


class Sqs:
    class exceptions:
        QueueDoesNotExist = ClientError

    def __init__(self, waiting: list[int]) -> None:
        self._waiting = waiting

    def get_queue_attributes(self, *, QueueUrl: str, AttributeNames: list[str]) -> Any:
        calls = QueueUrl.endswith("calls")
        waiting = (self._waiting.pop(0) if len(self._waiting) > 1 else self._waiting[0]) if calls else 0
        redrive = '{"deadLetterTargetArn": "arn:dead", "maxReceiveCount": 12}'
        return {
            "Attributes": {
                "ApproximateNumberOfMessages": str(waiting),
                "QueueArn": "arn:calls" if calls else "arn:dead",
                "RedrivePolicy": redrive,
                "VisibilityTimeout": "36" if calls else "30",
                "MessageRetentionPeriod": "86400" if calls else "1209600",
                "DelaySeconds": "0",
            }
        }


class CloudWatch:
    def __init__(self, ages_s: list[float] = [], page: dict[str, Any] | None = None) -> None:  # noqa: B006
        self._ages_s = ages_s
        self._page = page or {}

    def get_metric_statistics(self, **_: Any) -> Any:
        return {"Datapoints": [{"Maximum": age_s} for age_s in self._ages_s]}

    def get_paginator(self, _: str) -> Pages:
        return Pages(self._page)


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queues_module, "_LOOK_EVERY_S", 0)


@pytest.mark.parametrize(
    ("waiting", "ages_s", "expected"),
    [
        ([0], [], []),
        ([5, 3, 0], [], []),
        ([5], [], [ProblemCode.CALLS_WAITING]),
        ([5], [0.0, 90.0], [ProblemCode.CALLS_WAITING]),
    ],
)
def test_calls_that_wait(waiting: list[int], ages_s: list[float], expected: list[ProblemCode]) -> None:
    stack = stack_of({"sqs": Sqs(waiting), "cloudwatch": CloudWatch(ages_s)})

    assert fault_names(queues(stack)) == expected


@pytest.mark.parametrize(
    ("waiting", "ages_s", "noted"),
    [
        ([5], [0.0, 3.0], "none older than 3 s"),  # busy, and keeping up
        ([5, 0], [0.0, 90.0], "has waited for 90 s"),  # over
    ],
)
def test_a_queue_that_is_busy_or_was_slow_is_noted(waiting: list[int], ages_s: list[float], noted: str) -> None:
    *others, first = queues(stack_of({"sqs": Sqs(waiting), "cloudwatch": CloudWatch(ages_s)}))

    assert isinstance(first, Note)
    assert noted in first.what
    assert not fault_names(iter(others))


def test_alarms_of_both_kinds_lead_to_their_runbooks_and_others_are_left_out() -> None:
    page = {
        "MetricAlarms": [
            {"AlarmName": "app-1", "StateValue": "ALARM", "AlarmDescription": "Slow.", "StateReason": "90 > 10"},
            {"AlarmName": "app-2", "StateValue": "INSUFFICIENT_DATA"},
            {"AlarmName": "app-of-others", "StateValue": "ALARM"},
        ],
        "CompositeAlarms": [{"AlarmName": "app-3", "StateValue": "ALARM"}],
    }
    resources = {
        "RingLatencyAlarm": "app-1",
        "ThrottlesAlarm": "app-2",
        "PagingAlarm": "arn:aws:cloudwatch:eu-central-1:1:alarm:app-3",
    }

    found = [each for each in alarms(stack_of({"cloudwatch": CloudWatch(page=page)}, resources))]

    assert [each.link for each in found if isinstance(each, Problem)] == [
        "docs/runbooks/alarms.md#ringlatencyalarm",
        "docs/runbooks/alarms.md#pagingalarm",
    ]


def test_a_stack_without_alarms_is_noted() -> None:
    (note,) = alarms(stack_of({}))

    assert isinstance(note, Note)


class Lambda:
    class exceptions:
        class ResourceNotFoundException(ClientError):
            pass

    def __init__(self, mapping: dict[str, Any] | None) -> None:
        self._mapping = mapping

    def get_event_source_mapping(self, *, UUID: str) -> dict[str, Any]:
        if self._mapping is None:
            raise self.exceptions.ResourceNotFoundException({}, "GetEventSourceMapping")
        return self._mapping


def mapping(**changes: Any) -> dict[str, Any]:
    return {
        "UUID": "uuid",
        "State": "Enabled",
        "BatchSize": 10,
        "FunctionArn": "arn:aws:lambda:eu-central-1:1:function:app-push:live",
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        **changes,
    }


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (mapping(), []),
        (None, [ProblemCode.EVENT_SOURCE_DISABLED]),
        (mapping(State="Disabled"), [ProblemCode.EVENT_SOURCE_DISABLED]),
        (mapping(State="Enabling"), []),
        (mapping(FunctionArn="arn:aws:lambda:eu-central-1:1:function:app-push"), [ProblemCode.EVENT_SOURCE_WRONG]),
        (mapping(FunctionResponseTypes=[]), [ProblemCode.EVENT_SOURCE_WRONG]),
    ],
)
def test_the_event_source(found: dict[str, Any] | None, expected: list[ProblemCode]) -> None:
    stack = stack_of({"lambda": Lambda(found)}, {"PushFunctionCalls": "uuid"})

    assert fault_names(event_source(stack)) == expected


def check_that(*findings: Finding) -> Check:
    def check(_: DeployedStack) -> Iterator[Finding]:
        yield from findings

    return check


def test_a_check_that_is_not_allowed_does_not_keep_the_others_from_being_made(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def queue_policies(_: DeployedStack) -> Iterator[Finding]:
        yield Ok("the first half")
        raise client_error("AccessDenied", "GetRolePolicy")

    code = report(examine(stack_of({}), [queue_policies, check_that(Ok("the rest"))]))

    out = capsys.readouterr().out
    assert code == 1
    assert "ok     the first half" in out
    assert "FAULT  not examined: not allowed: queue policies" in out
    assert "AccessDenied" in out
    assert "ok     the rest" in out
    assert "1 fault(s)." in out


def test_notes_are_no_faults(capsys: pytest.CaptureFixture[str]) -> None:
    assert report([Note("worth knowing")]) == 0
    assert "Nothing is wrong." in capsys.readouterr().out


def test_another_applications_stack_is_told_apart() -> None:
    stack = stack_of({})
    vars(stack)["outputs"] = {"Website": "https://example.com"}

    with pytest.raises(StackUnknown, match="stack app is not one of this application"):
        list(examine(stack, []))


def test_a_stack_that_is_not_there() -> None:
    class CloudFormation:
        def describe_stacks(self, *, StackName: str) -> Any:
            raise client_error("ValidationError", "DescribeStacks")

    client: Callable[[str], Any] = {"cloudformation": CloudFormation()}.__getitem__

    with pytest.raises(StackUnknown, match=r"stack app: .*ValidationError"):
        DeployedStack("app", client).output("WebhookUrl")
