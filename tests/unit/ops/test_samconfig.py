"""Which stack CONFIG= means."""

import pytest

from ops.errors import InvalidSetting
from ops.stack.directory import ROOT
from ops.stack.samconfig import Environment, environment

SAMCONFIG = """
version = 0.1
[prod.global.parameters]
stack_name = "calls-prod"
region = "eu-west-1"
[guided.deploy.parameters]
stack_name = "calls-guided"
[nameless.build.parameters]
cached = true
"""


def test_a_stack_and_its_region() -> None:
    assert environment(SAMCONFIG, "prod") == Environment("calls-prod", "eu-west-1")


def test_where_sam_deploy_guided_writes_them() -> None:
    assert environment(SAMCONFIG, "guided") == Environment("calls-guided", None)


@pytest.mark.parametrize(("name", "problem"), [("nameless", "no stack"), ("staging", "only prod"), ("version", "only")])
def test_an_environment_that_names_no_stack(name: str, problem: str) -> None:
    with pytest.raises(InvalidSetting, match=problem):
        environment(SAMCONFIG, name)


@pytest.mark.parametrize("name", ["default", "dev", "staging", "prod"])
def test_the_projects_environments_name_stacks(name: str) -> None:
    assert environment((ROOT / "samconfig.toml").read_text(), name).stack_name.startswith("voip-push")
