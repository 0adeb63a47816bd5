"""What make deploy passes to sam."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from ops.commands.deploy import values, was_rolled_back
from ops.errors import InvalidSetting
from ops.stack.deployed import DeployedStack
from ops.stack.directory import ROOT

SAMCONFIG = """
version = 0.1
[default.deploy.parameters]
resolve_s3 = true
[dev.deploy.parameters]
parameter_overrides = ["LogLevel=DEBUG", "RingSeconds=30"]
[guided.deploy.parameters]
parameter_overrides = "BundleId=\\"com.example.app\\" TokenIssuer=\\"\\" TokenAlgorithms=\\"RS256, ES256\\""
"""


def test_given_parameters_win_over_configured_ones() -> None:
    assert values(SAMCONFIG, "dev", "RingSeconds=60 TokenJwksUrl=https://a/?b=c") == {
        "LogLevel": "DEBUG",
        "RingSeconds": "60",
        "TokenJwksUrl": "https://a/?b=c",
    }


def test_parameters_are_read_as_sam_deploy_guided_writes_them() -> None:
    assert values(SAMCONFIG, "guided", "") == {
        "BundleId": "com.example.app",
        "TokenIssuer": "",
        "TokenAlgorithms": "RS256, ES256",
    }


def test_a_value_can_be_cleared() -> None:
    assert values(SAMCONFIG, "default", "AlarmEmail= PagingUrl=''") == {"AlarmEmail": "", "PagingUrl": ""}


def test_an_environment_need_not_have_parameters() -> None:
    assert values(SAMCONFIG, "default", "") == {}


@pytest.mark.parametrize("environment", ["production", "version"])
def test_an_unknown_environment_is_refused(environment: str) -> None:
    with pytest.raises(InvalidSetting, match="only default, dev"):
        values(SAMCONFIG, environment, "")


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ("default", {}),
        ("dev", {"DefaultApnsEnvironment": "sandbox"}),
        ("staging", {"GradualDeployment": "true"}),
        ("prod", {"GradualDeployment": "true"}),
    ],
)
def test_the_projects_environments_are_known(environment: str, expected: dict[str, str]) -> None:
    assert expected.items() <= values((ROOT / "samconfig.toml").read_text(), environment, "").items()


class CloudFormation:
    def __init__(self, status: str | None) -> None:
        self._status = status

    def describe_stacks(self, **_: Any) -> Any:
        if self._status is None:
            raise ClientError({"Error": {"Code": "ValidationError", "Message": "does not exist"}}, "DescribeStacks")
        return {"Stacks": [{"StackStatus": self._status}]}


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("UPDATE_ROLLBACK_COMPLETE", True),
        ("UPDATE_COMPLETE", False),
        ("CREATE_COMPLETE", False),
        (None, False),
    ],
)
def test_a_stack_whose_last_deployment_was_rolled_back_is_known(status: str | None, expected: bool) -> None:
    assert was_rolled_back(DeployedStack("voip-push", lambda _: CloudFormation(status))) is expected
