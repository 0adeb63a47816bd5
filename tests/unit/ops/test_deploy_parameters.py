"""What make deploy passes to sam."""

from pathlib import Path

import pytest

from ops.commands.deploy_parameters import parameters, release
from ops.errors import InvalidSetting
from ops.stack.directory import ROOT

SAMCONFIG = """
version = 0.1
[default.deploy.parameters]
resolve_s3 = true
[dev.deploy.parameters]
parameter_overrides = ["LogLevel=DEBUG", "RingSeconds=30"]
"""


def test_given_parameters_win_over_configured_ones() -> None:
    assert parameters(SAMCONFIG, "dev", ["RingSeconds=60", "TokenJwksUrl=https://a/?b=c"]) == {
        "LogLevel": "DEBUG",
        "RingSeconds": "60",
        "TokenJwksUrl": "https://a/?b=c",
    }


def test_an_environment_need_not_have_parameters() -> None:
    assert parameters(SAMCONFIG, "default", []) == {}


@pytest.mark.parametrize("environment", ["production", "version"])
def test_an_unknown_environment_is_refused(environment: str) -> None:
    with pytest.raises(InvalidSetting, match="only default, dev"):
        parameters(SAMCONFIG, environment, [])


def test_a_parameter_without_a_value_is_refused() -> None:
    with pytest.raises(InvalidSetting, match="BundleId"):
        parameters(SAMCONFIG, "dev", ["BundleId"])


@pytest.mark.parametrize("environment", ["default", "dev", "staging", "prod"])
def test_the_projects_environments_are_known(environment: str) -> None:
    parameters((ROOT / "samconfig.toml").read_text(), environment, [])


def test_a_release_changes_with_a_file_its_name_and_a_parameter(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("1")
    before = release(tmp_path, {"A": "1"})

    assert release(tmp_path, {"A": "1"}) == before
    assert release(tmp_path, {"A": "2"}) != before
    (tmp_path / "a.py").write_text("2")
    changed = release(tmp_path, {"A": "1"})
    assert changed != before
    (tmp_path / "a.py").rename(tmp_path / "b.py")
    assert release(tmp_path, {"A": "1"}) not in (before, changed)
