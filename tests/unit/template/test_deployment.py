"""How a new version comes to its calls, and what each environment of samconfig.toml chooses."""

import tomllib

import pytest

from ops.stack.directory import ROOT
from tests.support.aws.monitoring import text_of
from tests.support.aws.template import load_template, translated_template
from tests.support.aws.translated_template import FUNCTIONS, Stack

CONFIG = tomllib.loads((ROOT / "samconfig.toml").read_text())
ENVIRONMENTS = sorted(CONFIG.keys() - {"version"})
TEMPLATE = translated_template(GradualDeployment="true")
GRADUAL = TEMPLATE["Resources"]
ALARMS = {name: resource for name, resource in GRADUAL.items() if resource["Type"] == "AWS::CloudWatch::Alarm"}


def test_a_new_version_gets_all_calls_at_once_unless_told_otherwise(stack: Stack) -> None:
    assert stack.default("GradualDeployment") == "false"
    assert not [name for name, resource in stack.resources.items() if "CodeDeploy" in resource["Type"] + name]
    assert not [name for name, resource in stack.resources.items() if "UpdatePolicy" in resource]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_gradual_deployment_begins_with_a_tenth_and_goes_back_on_an_alarm(function: str) -> None:
    group = GRADUAL[f"{function}DeploymentGroup"]["Properties"]
    policy = GRADUAL[f"{function}Aliaslive"]["UpdatePolicy"]["CodeDeployLambdaAliasUpdate"]

    assert policy["DeploymentGroupName"] == {"Ref": f"{function}DeploymentGroup"}
    assert group["DeploymentConfigName"]["Fn::Sub"][1] == {"ConfigName": "Canary10Percent5Minutes"}
    assert group["AutoRollbackConfiguration"]["Enabled"] is True
    assert "DEPLOYMENT_STOP_ON_ALARM" in group["AutoRollbackConfiguration"]["Events"]
    condition, watched, otherwise = group["AlarmConfiguration"]["Fn::If"]
    names = {text_of(alarm["Properties"]["AlarmName"], TEMPLATE): id for id, alarm in ALARMS.items()}
    alarms = {names.get(text_of(each["Name"], TEMPLATE)) or each["Name"]["Ref"] for each in watched["Alarms"]}
    assert (condition, watched["Enabled"], otherwise) == ("HasFullMonitoring", True, {})
    assert alarms < ALARMS.keys()
    # CodeDeploy takes ten; and one message that nobody has cleared away would keep every repair from being deployed.
    assert len(alarms) <= 10
    assert "DeadLettersAlarm" not in alarms


def overrides(environment: str) -> dict[str, str]:
    given = CONFIG[environment]["deploy"]["parameters"].get("parameter_overrides", [])
    return dict(text.split("=", 1) for text in given)


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_an_environment_chooses_among_what_the_template_knows(environment: str) -> None:
    parameters = load_template()["Parameters"]

    for name, value in overrides(environment).items():
        allowed = parameters[name].get("AllowedValues")
        assert not allowed or value in map(str, allowed), f"{name}={value}"


def test_prod_is_careful() -> None:
    chosen = overrides("prod")

    assert chosen["GradualDeployment"] == "true"
    assert int(chosen["LogRetentionDays"]) >= 90
    assert CONFIG["prod"]["deploy"]["parameters"]["confirm_changeset"] is True
    assert chosen.get("Monitoring", load_template()["Parameters"]["Monitoring"]["Default"]) == "full"


def test_every_environment_has_a_stack_of_its_own() -> None:
    names = [CONFIG[environment]["global"]["parameters"]["stack_name"] for environment in ENVIRONMENTS]

    assert {"dev", "staging", "prod"} <= set(ENVIRONMENTS)
    assert len(set(names)) == len(names)
