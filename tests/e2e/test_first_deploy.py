"""The way of the README on an account of its own: guided, deployed again, uninstalled, and back under the same name.

By make and sam as a user types them, in a copy of the project whose path has blanks, in an emulator of its own.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from local.services.emulator import Emulator
from local.startup.sam import host_architecture
from ops.stack import emulated_aws, samconfig
from ops.stack.directory import ROOT, StackDirectory
from tests.support.aws.template import load_template
from tests.support.stack.local_stack import free_port

STACK = "voip-push-first"
# The emulator knows no alarms that calculate.
ANSWERS = {
    "BundleId": "com.example.app",
    "TokenAlgorithms": "RS256, ES256",
    "AlarmEmail": "a@b.example",
    "Monitoring": "plain",
}
# What a shell, make, TOML or YAML might take for its own. A backslash before a quote is more than SAM's form can say.
ODD = 'it\'s a "q" C:\\d $HOME $(x) `y` ; & | > é # %s {z}: '


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    started = Emulator(StackDirectory(tmp_path_factory.mktemp("emulator")), free_port())
    with started.process:
        started.wait_until_ready()
        yield started.url


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what git knows, and of what is new, with the packages of this one."""
    copy = tmp_path_factory.mktemp("a copy with blanks") / "the project"
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in listed.stdout.decode().split("\0"):
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy / name)
    (copy / ".venv").symlink_to(ROOT / ".venv")
    return copy


def make(project: Path, emulator: str, *arguments: str, typed: str = "") -> str:
    mine = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PIP_"))}
    environment = mine | {
        "AWS_ENDPOINT_URL": emulator,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": emulated_aws.REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": "127.0.0.1",
    }
    made = subprocess.run(
        ["make", *arguments, f"ARCH={host_architecture()}"],
        cwd=project,
        env=environment,
        input=typed,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=250,
    )
    assert made.returncode == 0, made.stdout[-4_000:]
    return made.stdout


def described(emulator: str) -> Any:
    return emulated_aws.client("cloudformation", emulator).describe_stacks(StackName=STACK)["Stacks"][0]


def parameters(emulator: str) -> Mapping[str, str]:
    return {each["ParameterKey"]: each["ParameterValue"] for each in described(emulator)["Parameters"]}


def outputs(emulator: str) -> Mapping[str, str]:
    return {each["OutputKey"]: each["OutputValue"] for each in described(emulator)["Outputs"]}


def test_sam_asks_and_make_deploys_what_was_answered(project: Path, emulator: str) -> None:
    answers = [STACK, emulated_aws.REGION, *(ANSWERS.get(name, "") for name in load_template()["Parameters"])]

    make(project, emulator, "deploy", "GUIDED=1", typed="\n".join(answers) + "\n" * 10)

    written = samconfig.parameter_overrides((project / "samconfig.toml").read_text(), "default")
    assert isinstance(written, str), "sam deploy --guided writes one text"
    assert ANSWERS.items() <= parameters(emulator).items()

    make(project, emulator, "deploy")

    assert described(emulator)["StackStatus"] == "UPDATE_COMPLETE"
    assert ANSWERS.items() <= parameters(emulator).items()


def test_a_parameter_is_cleared_and_another_gets_every_character(project: Path, emulator: str) -> None:
    quoted = ODD.replace('"', '\\"')

    make(project, emulator, "deploy", f'PARAMETERS=AlarmEmail="" TokenAudience="{quoted}x"')

    found = parameters(emulator)
    assert found["AlarmEmail"] == ""
    assert found["TokenAudience"] == f"{ODD}x"
    assert found["TokenAlgorithms"] == ANSWERS["TokenAlgorithms"]


def test_an_uninstalled_stack_comes_back_under_its_name_beside_its_data(project: Path, emulator: str) -> None:
    before = outputs(emulator)

    printed = make(project, emulator, "uninstall", f"STACK={STACK}", typed=f"{STACK}\n")
    make(project, emulator, "deploy")

    after, tables = outputs(emulator), emulated_aws.client("dynamodb", emulator).list_tables()["TableNames"]
    for name in ("DevicesTableName", "WebhookSecretArn", "ApnsKeySecretArn"):
        assert before[name] in printed
        assert before[name] != after[name]
    assert {before["DevicesTableName"], after["DevicesTableName"]} <= set(tables)
    assert before["CallsTableName"] not in tables


def test_nothing_stays_where_nothing_is_to_stay(project: Path, emulator: str) -> None:
    before = outputs(emulator)

    make(project, emulator, "uninstall", f"STACK={STACK}", "KEEP_DATA=0", typed=f"{STACK}\n")

    assert before["DevicesTableName"] not in emulated_aws.client("dynamodb", emulator).list_tables()["TableNames"]
