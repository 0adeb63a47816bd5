"""What AWS documents and the emulator does not enforce: these would fail, or be lost, on the first real deployment."""

import json
import re
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER
from openapi_spec_validator import OpenAPIV30SpecValidator

from ops.stack.directory import ROOT
from tests.support.aws.translated_template import Stack, as_list

# Properties that name a resource; without one CloudFormation makes a name that is nobody else's.
NAMES = ("TableName", "Name", "LogGroupName", "QueueName", "TopicName", "FunctionName")


def test_a_queue_policy_covers_one_queue(stack: Stack) -> None:
    """Of two queues in one statement SQS refuses the ARN that is not the queue's own.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sqs-queuepolicy.html
    """
    for name, policy in stack.of_type("AWS::SQS::QueuePolicy").items():
        [queue] = policy["Queues"]
        for statement in policy["PolicyDocument"]["Statement"]:
            assert as_list(statement["Resource"]) == [{"Fn::GetAtt": [queue["Ref"], "Arn"]}], name


def test_no_log_level_drops_the_metrics(stack: Stack) -> None:
    """Lambda takes a JSON line without a level for INFO, and metrics (EMF) are such lines: above INFO they are gone.

    https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
    """
    assert set(stack.template["Parameters"]["LogLevel"]["AllowedValues"]) <= {"TRACE", "DEBUG", "INFO"}
    for name, function in stack.of_type("AWS::Lambda::Function").items():
        assert function["LoggingConfig"]["ApplicationLogLevel"] == {"Ref": "LogLevel"}, name


def resolved(value: Any) -> Any:
    """Without CloudFormation's functions: a text in place of each."""
    if isinstance(value, list):
        return [resolved(each) for each in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1 and next(iter(value)).startswith(("Ref", "Fn::")):
        return json.dumps(value)
    return {name: resolved(each) for name, each in value.items()}


def operations(body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path in body["paths"].values():
        yield from path.values()


@pytest.fixture
def api(stack: Stack) -> dict[str, Any]:
    body: dict[str, Any] = resolved(stack.properties("HttpApi")["Body"])
    return body


def test_the_api_is_openapi_but_for_its_responses(api: dict[str, Any]) -> None:
    """With FailOnWarnings API Gateway refuses a body about which its importer warns.

    SAM writes `responses: {}` and takes no other. OpenAPI asks for one response at least; API Gateway's importer does
    not, since this is what SAM has always sent it. No other gap is let through.
    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-open-api.html
    https://spec.openapis.org/oas/v3.0.1#responses-object
    """
    assert [operation["responses"] for operation in operations(api)] == [{}] * len(list(operations(api)))
    for operation in operations(api):
        operation["responses"] = {"200": {"description": "any"}}

    assert list(OpenAPIV30SpecValidator(api).iter_errors()) == []


def test_a_path_parameter_without_schema_is_found(api: dict[str, Any]) -> None:
    """So that the test above can fail; and this is what SAM writes of itself."""
    del api["paths"]["/voip-tokens/{token}"]["delete"]["parameters"][0]["schema"]

    errors = [error.message for error in OpenAPIV30SpecValidator(api).iter_errors()]
    assert any("token" in message for message in errors)


def test_every_path_parameter_is_declared(api: dict[str, Any]) -> None:
    for path, methods in api["paths"].items():
        for method, operation in methods.items():
            declared = {each["name"]: each.get("schema") for each in operation.get("parameters", [])}
            assert declared.keys() == set(re.findall(r"{(\w+)}", path)), f"{method} {path}"
            assert all(declared.values()), f"{method} {path}: a parameter without schema"


def test_what_outlives_the_stack_takes_no_name_that_the_next_one_needs(stack: Stack) -> None:
    """A retained resource keeps its name, and creating another of that name fails.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html
    """
    retained = {name: each for name, each in stack.resources.items() if "Retain" in each.get("DeletionPolicy", "")}
    # SAM keeps versions, which have numbers.
    fixed = {
        name: properties[given]
        for name, resource in retained.items()
        for properties in [resource["Properties"]]
        for given in NAMES
        if resource["Type"] != "AWS::Lambda::Version" and given in properties
    }

    assert "DevicesTable" in retained
    assert [name for name, value in fixed.items() if "AWS::StackId" not in json.dumps(value)] == []


def test_a_stack_that_can_not_be_created_can_be_rolled_back(stack: Stack) -> None:
    """CloudFormation can't delete a protected table, so none is protected before the stack is there.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/WorkingWithTables.Basics.html
    """
    config = tomllib.loads((ROOT / "samconfig.toml").read_text())
    del config["version"]

    assert stack.default("ProtectData") == "false"
    for environment, commands in config.items():
        assert "ProtectData" not in json.dumps(commands["deploy"]), environment


def test_leading_keys_are_asked_for_only_outside_of_transactions(stack: Stack) -> None:
    """dynamodb:LeadingKeys is documented for requests on one table's items, not for transactions.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
    """
    for role in stack.of_type("AWS::IAM::Role"):
        for statement in stack.statements(role):
            condition = json.dumps(statement.get("Condition", {}))
            assert not ("EnclosingOperation" in condition and "LeadingKeys" in condition), statement["Sid"]


def limits(stack: Stack, parameter: str) -> tuple[int, int]:
    written = stack.template["Parameters"][parameter]
    return written["MinValue"], written["MaxValue"]


def test_concurrency_and_pollers_have_the_limits_of_aws(stack: Stack) -> None:
    """https://docs.aws.amazon.com/lambda/latest/api/API_ScalingConfig.html
    https://docs.aws.amazon.com/lambda/latest/api/API_ProvisionedPollerConfig.html, for SQS: at least 2
    """
    pattern = stack.template["Parameters"]["PushMinimumPollers"]["AllowedPattern"]
    accepted = {number for number in range(3_000) if re.fullmatch(pattern, str(number))}

    assert limits(stack, "PushMaximumConcurrency") == (2, 1_000)
    assert limits(stack, "PushMaximumPollers") == (2, 2_000)
    assert accepted == {0, *range(2, 201)}
    assert not re.fullmatch(pattern, "02")


def enum_of(resource_type: str, property_name: str) -> list[Any]:
    """What CloudFormation's own schema of a resource allows, as cfn-lint has it."""
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", resource_type).schema
    values: list[Any] = schema["properties"][property_name]["enum"]
    return values


def test_logs_are_kept_as_long_as_cloudwatch_can(stack: Stack) -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html"""
    chosen = stack.template["Parameters"]["LogRetentionDays"]["AllowedValues"]

    assert chosen == sorted(int(days) for days in enum_of("AWS::Logs::LogGroup", "RetentionInDays"))


RESERVED = re.compile(
    r"_HANDLER|_X_AMZN_TRACE_ID|AWS_(DEFAULT_)?REGION|AWS_EXECUTION_ENV|AWS_LAMBDA_\w+|AWS_ACCESS_KEY(_ID)?|"
    r"AWS_SECRET_ACCESS_KEY|AWS_SESSION_TOKEN|LAMBDA_TASK_ROOT|LAMBDA_RUNTIME_DIR"
)


def test_no_variable_is_one_that_lambda_reserves(stack: Stack) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html"""
    for name, function in stack.of_type("AWS::Lambda::Function").items():
        variables = function["Environment"]["Variables"]
        assert [variable for variable in variables if RESERVED.fullmatch(variable)] == [], name
        # Lambda takes 4 KB; the values of parameters come on top.
        assert len(json.dumps(variables)) < 3_000, name


def test_texts_are_short_enough(stack: Stack) -> None:
    """Functions 256 characters, alarms 1,024, parameters and outputs 4,000 bytes and 1,024.

    https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
    """
    for function in stack.of_type("AWS::Lambda::Function").values():
        assert len(function["Description"]) <= 256
    for alarm in stack.of_type("AWS::CloudWatch::Alarm").values():
        assert len(alarm["AlarmDescription"]["Fn::Sub"]) <= 1_024 - len("https://github.com/") * 4
    assert all(len(each["Description"].encode()) <= 4_000 for each in stack.template["Parameters"].values())
    assert all(len(each.get("Description", "")) <= 1_024 for each in stack.template["Outputs"].values())


def test_policies_of_a_role_fit(stack: Stack) -> None:
    """10,240 characters for all inline policies of a role, without blanks.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
    """
    for role in stack.of_type("AWS::IAM::Role").values():
        assert len(json.dumps(role["Policies"], separators=(",", ":"))) < 8_000


def test_parameters_are_in_the_order_of_the_readme(stack: Stack) -> None:
    """`sam deploy --guided` asks for them in this order."""
    table = re.search(
        r"^\| parameter \| value \|\n\|---\|---\|\n((?:\|.+\n)+)", (ROOT / "README.md").read_text(), re.MULTILINE
    )
    assert table
    named = [name for row in table[1].splitlines() for name in re.findall(r"`([A-Z]\w+)`", row.split("|")[1])]

    assert named == list(stack.template["Parameters"])[: len(named)]
