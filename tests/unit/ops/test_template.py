"""The deployed template with its parameters and references filled in."""

from typing import Any

import pytest

from ops.stack.deployed import DeployedStack
from ops.stack.template import UNKNOWN, DeployedTemplate
from tests.support.aws.template import TEMPLATE

ACCOUNT = "arn:aws:cloudformation:eu-central-1:123456789012:stack/app/1"
RESOURCES = {
    "CallsQueue": "https://sqs.eu-central-1.amazonaws.com/123456789012/app-calls",
    "DeadLetterQueue": "https://sqs.eu-central-1.amazonaws.com/123456789012/app-dead-letters",
    "DevicesTable": "app-devices",
    "CallsTable": "app-calls",
    "ApnsKeySecret": "arn:aws:secretsmanager:eu-central-1:123456789012:secret:app/apns-key",
    "PushLogGroup": "/aws/lambda/app-push",
}


class CloudFormation:
    def get_template(self, **_: Any) -> dict[str, Any]:
        return {"TemplateBody": TEMPLATE.read_text()}


def template(**parameters: str) -> DeployedTemplate:
    stack = DeployedStack("app", lambda _: CloudFormation())
    given = [{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()]
    vars(stack).update(details={"StackId": ACCOUNT, "Parameters": given}, resources=RESOURCES)
    return DeployedTemplate(stack)


def test_plain_values_and_references_to_queues() -> None:
    properties = template().properties("CallsQueue")

    assert properties["VisibilityTimeout"] == 36
    assert properties["RedrivePolicy"] == {
        "deadLetterTargetArn": "arn:aws:sqs:eu-central-1:123456789012:app-dead-letters",
        "maxReceiveCount": 12,
    }


def test_parameters_win_over_their_defaults() -> None:
    assert template().properties("PushFunction")["Environment"]["Variables"]["RING_SECONDS"] == "45"
    variables = template(RingSeconds="60").properties("PushFunction")["Environment"]["Variables"]
    assert variables["RING_SECONDS"] == "60"


def test_globals_are_merged_into_a_function() -> None:
    push = template().properties("PushFunction")

    assert push["Runtime"] == "python3.13"
    variables = push["Environment"]["Variables"]
    assert variables["POWERTOOLS_METRICS_NAMESPACE"] == "VoipPush/app"
    assert variables["POWERTOOLS_SERVICE_NAME"] == "push"


@pytest.mark.parametrize(("parameters", "expected"), [({}, None), ({"PushReservedConcurrency": "200"}, "200")])
def test_what_a_condition_leaves_out_is_not_there(parameters: dict[str, str], expected: str | None) -> None:
    assert template(**parameters).properties("PushFunction").get("ReservedConcurrentExecutions") == expected


def test_a_resource_under_a_condition_that_does_not_hold_has_nothing() -> None:
    assert template().properties("CometChatApiSecret") == {}
    assert template(CometChatApiUrl="https://x.api-eu.cometchat.io/v3").properties("CometChatApiSecret")


def test_a_roles_statements_name_the_stacks_own_resources() -> None:
    (policy,) = template().properties("PushRole")["Policies"]
    by_sid = {statement["Sid"]: statement for statement in policy["PolicyDocument"]["Statement"]}

    assert by_sid["QueryDevices"]["Resource"] == "arn:aws:dynamodb:eu-central-1:123456789012:table/app-devices"
    assert by_sid["ReadApnsKey"]["Resource"] == RESOURCES["ApnsKeySecret"]
    assert by_sid["WriteLogs"]["Resource"] == "arn:aws:logs:eu-central-1:123456789012:log-group:/aws/lambda/app-push:*"
    assert "ReadCometChatApiKey" not in by_sid


def test_what_only_cloudformation_knows_is_equal_to_nothing() -> None:
    assert template().resolve({"Fn::GetAtt": ["HttpApi", "ApiEndpoint"]}) is UNKNOWN
    assert template().resolve({"Fn::Sub": "${HttpApi.ApiEndpoint}/webhooks/call"}) is UNKNOWN
