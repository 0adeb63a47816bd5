"""What each function calls of AWS, checked against its role: nothing missing, nothing that is never used.

By two evaluators of IAM policies that know nothing of each other.
"""

import json
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from apns_simulator import SimulatorClient
from local.phones import phone
from local.phones.credentials import sign_jwt
from local.phones.phone import Phone
from ops.calls import webhooks
from ops.calls.tracker import CallTracker
from ops.stack import emulated_aws
from ops.stack.deployed import DeployedStack
from ops.stack.description import StackDescription
from shared.call_ends_table import DynamoCallEnds
from shared.call_events import CallEnded, to_json
from shared.call_keys import fact_keys
from tests.support.aws import second_evaluator
from tests.support.aws.calls import AwsCall, calls_of_functions
from tests.support.aws.iam import Access, accesses, allows, as_list, resource_of
from tests.support.aws.template import statements_of, translated_template
from tests.support.stack.auth_tokens import auth_tokens
from tests.support.stack.calls import a_user, deliver, ring
from tests.support.stack.groups import a_group, group_call
from tests.support.stack.tokens_api import request

FUNCTIONS = ("webhook", "push", "tokens", "calls", "authorizer")

NOTED_WITHIN_S = 20

# What no function calls itself, or not in any run that goes well, and who needs it all the same.
BY_LAMBDA = "Lambda does it, with the function's role"
EXCUSED = {
    "logs:CreateLogStream": f"{BY_LAMBDA}: it writes the log",
    "logs:PutLogEvents": f"{BY_LAMBDA}: it writes the log",
    "xray:PutTraceSegments": f"{BY_LAMBDA}: active tracing",
    "xray:PutTelemetryRecords": f"{BY_LAMBDA}: active tracing",
    "sqs:ReceiveMessage": f"{BY_LAMBDA}: the event source polls the queue",
    "sqs:DeleteMessage": f"{BY_LAMBDA}: the event source deletes what was worked on",
    "sqs:GetQueueAttributes": f"{BY_LAMBDA}: the event source asks for them",
}


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    return translated_template()


@pytest.fixture(scope="module")
def logical_ids(stack: StackDescription) -> dict[str, str]:
    """By physical id."""
    cloudformation = emulated_aws.client("cloudformation", stack.aws_endpoint_url)
    resources = cloudformation.describe_stack_resources(StackName=stack.stack_name)["StackResources"]
    return {each["PhysicalResourceId"]: each["LogicalResourceId"] for each in resources}


@pytest.fixture(scope="module")
def calls(stack: StackDescription) -> list[AwsCall]:
    """After everything that the functions do has happened once, on top of what other tests have made happen."""
    _everything_once(stack)
    calls = calls_of_functions(stack)
    assert set(FUNCTIONS) == {call.function for call in calls}
    return calls


def _everything_once(stack: StackDescription) -> None:
    simulator = SimulatorClient(stack.apns.control_url or "")
    mine, dead, misregistered = (Phone(a_user(), phone.new_device_token(), "production") for _ in range(3))
    for each in (mine, dead, misregistered, Phone(a_user(), mine.token), mine):
        phone.register(stack, each)
    simulator.put_device(dead.token, dead_since_ms=int(time.time() * 1000) + 1)
    simulator.put_device(misregistered.token, environment="sandbox")
    for each in (mine, dead, misregistered):
        for push in ring(stack, each.uid).pushes:
            phone.call_state(stack, each.uid, push["payload"]["uuid"])
    tracker = CallTracker(DeployedStack.on_this_machine(stack))
    ended = {"trigger": "call_ended", "data": {"sessionId": a_user()}}
    body = json.dumps(ended).encode()
    answer = webhooks.post(stack, webhooks.with_basic_authentication(body, stack.webhook))
    tracker.wait(answer, until="call end noted")
    _queue_an_end(stack)
    deliver(stack, group_call(stack, a_group(stack, [mine.uid, dead.uid]), mine.uid))
    deliver(stack, group_call(stack, "no-such-group", mine.uid))
    late = replace(webhooks.new_call("alice", mine.uid, "audio"), sent_at_ms=int(time.time() * 1000) - 60_000)
    deliver(stack, webhooks.webhook("documented", late, stack.webhook))
    phone.unregister(stack, mine)
    request(stack, "DELETE", jwt=sign_jwt(stack.jwt, misregistered.uid))
    auth_token = auth_tokens(stack, "POST", mine.uid)["authToken"]
    request(stack, "PUT", jwt=auth_token, body={"token": mine.token})


def _queue_an_end(stack: StackDescription) -> None:
    """As the webhook function does where the table does not answer: push notes it."""
    now_ms, uid = int(time.time() * 1000), a_user()
    end = CallEnded(
        trigger="ended",
        session_id=uid,
        conversation_id="",
        caller_uid="",
        by_uid="",
        callee_uid="",
        message_id=0,
        at_ms=now_ms,
        received_at_ms=now_ms,
        correlation_id=uid,
    )
    sqs = emulated_aws.client("sqs", stack.aws_endpoint_url)
    sqs.send_message(QueueUrl=stack.queues.calls, MessageBody=to_json(end))
    ends = DynamoCallEnds(emulated_aws.client("dynamodb", stack.aws_endpoint_url), stack.tables.calls)
    deadline = time.monotonic() + NOTED_WITHIN_S
    while not ends.read(fact_keys(end)):
        assert time.monotonic() < deadline, "push noted no end"
        time.sleep(0.1)


def _partition_keys(template: Mapping[str, Any]) -> dict[str, str]:
    return {
        name: resource["Properties"]["KeySchema"][0]["AttributeName"]
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::DynamoDB::Table"
    }


def _accesses(
    function: str, calls: list[AwsCall], logical_ids: Mapping[str, str], template: Mapping[str, Any]
) -> list[Access]:
    keys = _partition_keys(template)
    return [access for call in calls if call.function == function for access in accesses(call, logical_ids, keys)]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_may_do_what_it_does(
    function: str, calls: list[AwsCall], logical_ids: dict[str, str], template: dict[str, Any]
) -> None:
    statements = statements_of(template, f"{function.title()}Role")
    made = _accesses(function, calls, logical_ids, template)

    assert made
    for (action, resource), count in sorted(Counter((each.action, each.resource) for each in made).items()):
        print(f"{function:10} {action:30} {resource:20} {count:5}")
    assert [access for access in made if not any(allows(statement, access) for statement in statements)] == []
    assert [access for access in made if not second_evaluator.allows(statements, access)] == []


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_may_do_nothing_else(
    function: str, calls: list[AwsCall], logical_ids: dict[str, str], template: dict[str, Any]
) -> None:
    made = _accesses(function, calls, logical_ids, template)

    unused = [
        (statement["Sid"], action, resource_of(resource))
        for statement in statements_of(template, f"{function.title()}Role")
        for resource in as_list(statement["Resource"])
        for action in as_list(statement["Action"])
        if action not in EXCUSED
        and not any(
            access.action == action and access.resource == resource_of(resource) and allows(statement, access)
            for access in made
        )
    ]

    assert unused == []


def test_every_excuse_is_needed(template: dict[str, Any]) -> None:
    allowed = {
        action
        for function in FUNCTIONS
        for statement in statements_of(template, f"{function.title()}Role")
        for action in as_list(statement["Action"])
    }

    assert set(EXCUSED) <= allowed


def test_a_call_that_the_role_does_not_allow_is_found(
    calls: list[AwsCall], logical_ids: dict[str, str], template: dict[str, Any]
) -> None:
    """So that the tests above can fail: each access of push, under push's role without that action."""
    made = _accesses("push", calls, logical_ids, template)
    assert made
    for access in made:
        less = [
            statement
            for statement in statements_of(template, "PushRole")
            if not (access.action in as_list(statement["Action"]) and access.resource in str(statement["Resource"]))
        ]
        assert not any(allows(statement, access) for statement in less)
        assert not second_evaluator.allows(less, access)


def test_push_writes_of_a_device_what_it_may_know_better(calls: list[AwsCall], logical_ids: dict[str, str]) -> None:
    """Which no condition of IAM's can say: see docs/decisions/0021-conditions-in-roles.md."""
    updates = [
        item["Update"]["UpdateExpression"]
        for call in calls
        if call.function == "push" and call.operation == "TransactWriteItems"
        for item in call.parameters["TransactItems"]
        if "Update" in item and logical_ids[item["Update"]["TableName"]] == "DevicesTable"
    ]

    assert updates
    assert set(updates) <= {f"SET {name} = :value" for name in ("environment", "quarantined_until", "expires_at")}
