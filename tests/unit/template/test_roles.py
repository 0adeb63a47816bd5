"""What the functions may do: no more than they do."""

import json
import re
from typing import Any

import pytest

from tests.support.aws.iam import Access, allows
from tests.support.aws.translated_template import Stack, as_list

ROLES = ["WebhookRole", "PushRole", "TokensRole", "CallsRole", "AuthorizerRole"]
# X-Ray's actions support no resources.
TRACE = "WriteTraces"


def resource_of(reference: Any) -> str:
    """The logical id that an ARN is of."""
    assert isinstance(reference, dict), f"{reference} is not of this stack"
    [(function, value)] = reference.items()
    assert function in {"Ref", "Fn::GetAtt"}
    return str(as_list(value)[0])


def test_these_are_all_roles(stack: Stack) -> None:
    assert set(stack.of_type("AWS::IAM::Role")) == set(ROLES)


@pytest.mark.parametrize("role", ROLES)
def test_only_lambda_assumes_it_and_no_managed_policy_widens_it(stack: Stack, role: str) -> None:
    properties = stack.properties(role)
    [statement] = properties["AssumeRolePolicyDocument"]["Statement"]

    assert statement["Principal"] == {"Service": "lambda.amazonaws.com"}
    assert "ManagedPolicyArns" not in properties


@pytest.mark.parametrize("role", ROLES)
def test_every_statement_allows_named_actions_on_resources_of_the_stack(stack: Stack, role: str) -> None:
    for statement in stack.statements(role):
        assert statement["Effect"] == "Allow"
        assert statement["Sid"]
        assert not {"NotAction", "NotResource", "Principal"} & statement.keys()
        assert not [action for action in as_list(statement["Action"]) if not re.fullmatch(r"[a-z]+:[A-Za-z]+", action)]
        if statement["Sid"] == TRACE:
            assert statement["Resource"] == "*"
            assert all(action.startswith("xray:Put") for action in statement["Action"])
        else:
            assert {resource_of(resource) for resource in as_list(statement["Resource"])} <= stack.resources.keys()


def allowed(stack: Stack, role: str) -> dict[str, set[str]]:
    """Actions by the logical id of what they are allowed on."""
    actions: dict[str, set[str]] = {}
    for statement in stack.statements(role):
        for resource in as_list(statement["Resource"]):
            name = "*" if resource == "*" else resource_of(resource)
            actions.setdefault(name, set()).update(as_list(statement["Action"]))
    return actions


LOG = {"logs:CreateLogStream", "logs:PutLogEvents"}
XRAY = {"xray:PutTraceSegments", "xray:PutTelemetryRecords"}


def test_the_webhook_which_the_internet_talks_to_can_only_queue_calls_and_note_their_ends(stack: Stack) -> None:
    assert allowed(stack, "WebhookRole") == {
        "CallsQueue": {"sqs:SendMessage"},
        "CallsTable": {"dynamodb:PutItem"},
        "WebhookSecret": {"secretsmanager:GetSecretValue"},
        "WebhookLogGroup": LOG,
        "*": XRAY,
    }


def test_the_authorizer_can_do_nothing_but_ask_cometchat(stack: Stack) -> None:
    assert allowed(stack, "AuthorizerRole") == {
        "CometChatApiSecret": {"secretsmanager:GetSecretValue"},
        "AuthorizerLogGroup": LOG,
        "*": XRAY,
    }


def conditional_statements(stack: Stack, role: str) -> dict[str, str]:
    """Sids by the template's conditions that they are under."""
    [policy] = stack.properties(role)["Policies"]
    choices = [each["Fn::If"] for each in policy["PolicyDocument"]["Statement"] if "Fn::If" in each]
    assert all(otherwise == {"Ref": "AWS::NoValue"} for _, _, otherwise in choices)
    return {condition: allowed_then["Sid"] for condition, allowed_then, _ in choices}


def test_and_that_only_where_cometchats_tokens_are_accepted(stack: Stack) -> None:
    assert conditional_statements(stack, "AuthorizerRole")["HasCometChatTokens"] == "ReadCometChatApiKey"
    assert stack.default("AcceptCometChatTokens") == "false"


@pytest.mark.parametrize("role", ROLES)
def test_traces_are_written_only_where_tracing_is_on(stack: Stack, role: str) -> None:
    assert conditional_statements(stack, role)["HasTracing"] == TRACE
    assert stack.default("Tracing") == "PassThrough"


def test_tokens_has_the_devices_table_and_nothing_else(stack: Stack) -> None:
    actions = allowed(stack, "TokensRole")

    assert actions.keys() == {"DevicesTable", "TokensLogGroup", "*"}
    assert actions["DevicesTable"] == {
        f"dynamodb:{name}" for name in ("GetItem", "Query", "PutItem", "UpdateItem", "DeleteItem")
    }


def test_only_push_reads_calls_and_keys(stack: Stack) -> None:
    for role in set(ROLES) - {"PushRole"}:
        assert "ApnsKeySecret" not in allowed(stack, role)
        assert allowed(stack, role).get("CallsTable", set()) <= OF_CALLS_TABLE.get(role, set())
    actions = allowed(stack, "PushRole")
    assert "sqs:ReceiveMessage" in actions["CallsQueue"]
    assert actions["DeadLetterQueue"] == {"sqs:SendMessage"}
    assert "WebhookSecret" not in actions
    assert "dynamodb:PutItem" not in actions["DevicesTable"]


OF_CALLS_TABLE = {"WebhookRole": {"dynamodb:PutItem"}, "CallsRole": {"dynamodb:GetItem", "dynamodb:Query"}}


def test_calls_reads_rings_and_ends_of_calls_and_nothing_else(stack: Stack) -> None:
    assert allowed(stack, "CallsRole").keys() == {"CallsTable", "CallsLogGroup", "*"}
    for key, read in (("ring#bob#uuid", "GetItem"), ("session#1", "Query"), ("conversation#1", "Query")):
        assert may(stack, "CallsRole", f"dynamodb:{read}", "CallsTable", LeadingKeys=key)
        other = {"GetItem": "Query", "Query": "GetItem"}[read]
        assert not may(stack, "CallsRole", f"dynamodb:{other}", "CallsTable", LeadingKeys=key)


def may(stack: Stack, role: str, action: str, resource: str, **context: str) -> bool:
    """`context` has the names of IAM's condition keys without their prefix."""
    keys = {"LeadingKeys": "dynamodb", "EnclosingOperation": "dynamodb", "VersionStage": "secretsmanager"}
    asked = {f"{keys[name]}:{name}": [value] for name, value in context.items()}
    return any(allows(statement, Access(action, resource, asked)) for statement in stack.statements(role))


@pytest.mark.parametrize(
    ("role", "change"),
    [("PushRole", "Update"), ("PushRole", "Delete"), ("TokensRole", "Put"), ("TokensRole", "Update")],
)
def test_a_device_and_its_owner_change_together_or_not_at_all(stack: Stack, role: str, change: str) -> None:
    action = f"dynamodb:{change}Item"

    assert may(stack, role, action, "DevicesTable", LeadingKeys="bob", EnclosingOperation="TransactWriteItems")
    assert not may(stack, role, action, "DevicesTable", LeadingKeys="bob")


def test_the_webhook_writes_ends_of_calls_and_nothing_of_the_rings(stack: Stack) -> None:
    for key, is_allowed in (("session#v1", True), ("conversation#c#alice", True), ("ring#bob#uuid", False)):
        assert may(stack, "WebhookRole", "dynamodb:PutItem", "CallsTable", LeadingKeys=key) is is_allowed


def test_owners_and_counts_are_found_by_their_key_and_devices_by_their_user(stack: Stack) -> None:
    for key, find in (("owner#ab", "GetItem"), ("new#bob", "GetItem"), ("bob", "Query")):
        assert may(stack, "TokensRole", f"dynamodb:{find}", "DevicesTable", LeadingKeys=key)
        other = {"GetItem": "Query", "Query": "GetItem"}[find]
        assert not may(stack, "TokensRole", f"dynamodb:{other}", "DevicesTable", LeadingKeys=key)


@pytest.mark.parametrize("role", ["PushRole", "TokensRole"])
def test_device_history_is_written_and_never_read(stack: Stack, role: str) -> None:
    assert may(stack, role, "dynamodb:UpdateItem", "DevicesTable", LeadingKeys="history#bob")
    assert not may(stack, role, "dynamodb:UpdateItem", "DevicesTable", LeadingKeys="bob")
    for read in ("Query", "GetItem"):
        assert not may(stack, role, f"dynamodb:{read}", "DevicesTable", LeadingKeys="history#bob")


def test_a_key_that_was_replaced_can_not_be_read_and_webhook_credentials_can(stack: Stack) -> None:
    def stages(role: str, secret: str) -> list[str]:
        return [
            stage
            for stage in ("AWSCURRENT", "AWSPREVIOUS", "AWSPENDING")
            if may(stack, role, "secretsmanager:GetSecretValue", secret, VersionStage=stage)
        ]

    assert stages("WebhookRole", "WebhookSecret") == ["AWSCURRENT", "AWSPREVIOUS"]
    assert stages("PushRole", "ApnsKeySecret") == ["AWSCURRENT"]
    assert stages("PushRole", "CometChatApiSecret") == ["AWSCURRENT"]


def test_who_may_invoke_a_function_is_named_by_its_arn(stack: Stack) -> None:
    for permission in stack.of_type("AWS::Lambda::Permission").values():
        assert permission["Principal"] == "apigateway.amazonaws.com"
        assert "Aliaslive" in json.dumps(permission["FunctionName"])
        assert "HttpApi" in json.dumps(permission["SourceArn"])
