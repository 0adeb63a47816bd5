"""What every function has, so that none of it is forgotten with the next one."""

import importlib.util
from pathlib import Path
from typing import Any

import pytest

from tests.support.aws.template import load_template
from tests.support.aws.translated_template import FUNCTIONS, Stack


def test_these_are_all_functions(stack: Stack) -> None:
    assert set(stack.of_type("AWS::Lambda::Function")) == set(FUNCTIONS)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_it_says_what_it_needs(stack: Stack, name: str) -> None:
    function = stack.properties(name)

    assert function["Runtime"] == "python3.13"
    assert function["Architectures"] == [{"Ref": "Architecture"}]
    assert 1 <= function["Timeout"] <= 10
    # Importing is a matter of processor time, which comes with memory.
    assert function["MemorySize"] >= 1024
    assert function["TracingConfig"] == {"Mode": {"Ref": "Tracing"}}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_it_logs_json_to_a_log_group_of_its_own(stack: Stack, name: str) -> None:
    logging = stack.properties(name)["LoggingConfig"]
    group = stack.properties(logging["LogGroup"]["Ref"])
    others = [stack.properties(other)["LoggingConfig"]["LogGroup"] for other in FUNCTIONS if other != name]

    assert logging["LogFormat"] == "JSON"
    assert logging["LogGroup"] not in others
    assert group["RetentionInDays"] == {"Ref": "LogRetentionDays"}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_change_of_code_layers_or_parameters_is_published(stack: Stack, name: str) -> None:
    written = load_template()["Resources"][name]["Properties"]
    alias = stack.properties(f"{name}Aliaslive")

    assert written["AutoPublishAliasAllProperties"] is True
    assert "AutoPublishCodeSha256" not in written  # with it, plain `sam deploy` would publish nothing
    assert alias["Name"] == "live"
    assert alias["FunctionName"] == {"Ref": name}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_its_handler_is_there(stack: Stack, name: str) -> None:
    module, _, function = stack.properties(name)["Handler"].rpartition(".")
    spec = importlib.util.find_spec(module)

    assert spec is not None
    assert spec.origin is not None
    assert f"\ndef {function}(" in Path(spec.origin).read_text()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_its_role_is_its_own(stack: Stack, name: str) -> None:
    assert stack.properties(name)["Role"] == {"Fn::GetAtt": [name.replace("Function", "Role"), "Arn"]}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_its_calls_to_aws_carry_its_name(stack: Stack, name: str) -> None:
    """Which test_iam reads, and whoever looks into CloudTrail."""
    app_id = stack.properties(name)["Environment"]["Variables"]["AWS_SDK_UA_APP_ID"]

    assert app_id == f"voip-push-{name.removesuffix('Function').lower()}"
    # botocore's limit.
    assert len(app_id) <= 50


@pytest.mark.parametrize("name", FUNCTIONS)
def test_no_secret_is_in_the_environment(stack: Stack, name: str) -> None:
    variables: dict[str, Any] = stack.properties(name)["Environment"]["Variables"]

    assert not [key for key in variables if ("KEY" in key or "SECRET" in key) and not key.endswith("_ARN")]
    assert not [parameter for parameter in stack.template["Parameters"].values() if "NoEcho" in parameter]


def test_layers_are_built_for_the_functions_and_keep_no_versions(stack: Stack) -> None:
    for layer in stack.of_type("AWS::Lambda::LayerVersion").values():
        assert layer["CompatibleRuntimes"] == ["python3.13"]
        assert layer["CompatibleArchitectures"] == [{"Ref": "Architecture"}]


def test_what_the_authorizer_and_push_import_is_in_their_layers() -> None:
    resources = load_template()["Resources"]

    assert {name: resources[name]["Properties"]["Layers"] for name in FUNCTIONS} == {
        "WebhookFunction": [{"Ref": "BaseLayer"}],
        "TokensFunction": [{"Ref": "BaseLayer"}],
        "CallsFunction": [{"Ref": "BaseLayer"}],
        "PushFunction": [{"Ref": "BaseLayer"}, {"Ref": "ApnsLayer"}],
        "AuthorizerFunction": [{"Ref": "BaseLayer"}, {"Ref": "ApnsLayer"}],
    }
