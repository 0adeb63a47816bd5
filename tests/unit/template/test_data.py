"""What is kept: encrypted, recoverable, not for ever, and not lost with the stack."""

import json

import pytest
from cfnlint.api import ManualArgs, lint

from tests.support.aws.template import translated_template
from tests.support.aws.translated_template import Stack

STATEFUL = {
    "AWS::DynamoDB::Table",
    "AWS::SQS::Queue",
    "AWS::SecretsManager::Secret",
    "AWS::Logs::LogGroup",
}
# What can't be made again: the users' devices, and what people have put into secrets by hand.
KEPT = {"DevicesTable", "WebhookSecret", "ApnsKeySecret", "CometChatApiSecret"}

OUTPUTS = {
    "WebhookUrl",
    "TokensUrl",
    "CallsUrl",
    "HttpApiId",
    "WebhookFunctionName",
    "PushFunctionName",
    "TokensFunctionName",
    "CallsFunctionName",
    "AuthorizerFunctionName",
    "CallsQueueUrl",
    "DeadLetterQueueUrl",
    "DevicesTableName",
    "CallsTableName",
    "WebhookSecretArn",
    "ApnsKeySecretArn",
}

# cfn-lint rules that are wrong about the translated template, and why.
IGNORED_RULES = {
    "W2001": "GradualDeployment is used, namely by SAM, which makes deployment groups of it or none",
    "I3042": "it is SAM that writes arn:aws into the authorizer's URI",
}


def test_tables_are_encrypted_recoverable_and_forget(stack: Stack) -> None:
    for table in stack.of_type("AWS::DynamoDB::Table").values():
        assert table["SSESpecification"] == {"SSEEnabled": True}
        assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
        assert table["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}
        assert table["BillingMode"] == "PAY_PER_REQUEST"
        assert table["DeletionProtectionEnabled"] == {"Fn::If": ["ProtectsData", True, False]}


def test_the_ring_path_needs_no_index(stack: Stack) -> None:
    devices = stack.properties("DevicesTable")

    assert [key["AttributeName"] for key in devices["KeySchema"]] == ["uid", "token"]
    assert "GlobalSecondaryIndexes" not in devices


def test_secrets_are_filled_by_people(stack: Stack) -> None:
    for secret in stack.of_type("AWS::SecretsManager::Secret").values():
        assert not {"SecretString", "GenerateSecretString"} & secret.keys()


def test_what_becomes_of_data_is_said(stack: Stack) -> None:
    stateful = {name: resource for name, resource in stack.resources.items() if resource["Type"] in STATEFUL}

    assert stateful.keys() >= KEPT
    for name, resource in stateful.items():
        kept = name in KEPT
        assert resource["DeletionPolicy"] == ("RetainExceptOnCreate" if kept else "Delete"), name
        assert resource["UpdateReplacePolicy"] == ("Retain" if kept else "Delete"), name


@pytest.mark.parametrize("output", sorted(OUTPUTS))
def test_an_output_that_the_local_stack_reads(stack: Stack, output: str) -> None:
    assert stack.template["Outputs"][output]["Value"]


@pytest.mark.parametrize("gradual", ["true", "false"])
def test_cfn_lint_has_nothing_to_say(gradual: str) -> None:
    config = ManualArgs(regions=["us-east-1"], include_checks=["I"], ignore_checks=list(IGNORED_RULES))
    template = translated_template(GradualDeployment=gradual)

    assert lint(json.dumps(template, indent=2), config=config) == []


def test_cfn_lint_still_has_something_to_say_about_a_broken_template(stack: Stack) -> None:
    """So that the test above can fail."""
    broken = json.dumps(stack.template, indent=2).replace('"VisibilityTimeout": 36', '"VisibilityTimeout": "long"')

    assert lint(broken, config=ManualArgs(regions=["us-east-1"]))
