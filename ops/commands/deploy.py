"""`python -m ops.commands.deploy CONFIG ARCHITECTURE [--guided | --yes]`: `sam deploy` of what `sam build` has built.

Parameters are those of samconfig.toml's environment and, above them, those in the environment variable
PARAMETERS_OF_MAKE. They reach sam in a file, where no character has to be quoted. One that is named nowhere keeps the
value of the deployment before.
"""

import argparse
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import yaml
from botocore.exceptions import BotoCoreError, ClientError

from ops.errors import InvalidSetting
from ops.stack import parameters, samconfig
from ops.stack.deployed import DeployedStack
from ops.stack.directory import ROOT
from ops.stack.release import release, retried, stamp

_BUILT = ROOT / ".aws-sam"
_SAM = Path(sys.executable).with_name("sam")


def values(config: str, environment: str, given: str) -> dict[str, str]:
    """`config` is the text of samconfig.toml. Raises `InvalidSetting`."""
    return parameters.parse(samconfig.parameter_overrides(config, environment)) | parameters.parse(given)


def was_rolled_back(stack: DeployedStack) -> bool:
    """False, too, for a stack that is not there or can't be asked about: sam says so better."""
    try:
        (found,) = stack.client("cloudformation").describe_stacks(StackName=stack.name)["Stacks"]
    except (BotoCoreError, ClientError):
        return False
    return str(found["StackStatus"]).endswith("ROLLBACK_COMPLETE")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m ops.commands.deploy")
    parser.add_argument("config")
    parser.add_argument("architecture")
    parser.add_argument("--guided", action="store_true")
    parser.add_argument("--yes", action="store_true")
    options = parser.parse_args(arguments)
    try:
        config = (ROOT / "samconfig.toml").read_text()
        chosen = values(config, options.config, os.environ.get("PARAMETERS_OF_MAKE", ""))
        stack = DeployedStack.of(samconfig.environment(config, options.config))
    except InvalidSetting as error:
        print(error, file=sys.stderr)
        return 1
    return _deploy(stack, options.config, {**chosen, "Architecture": options.architecture}, _answers(options))


def _answers(options: argparse.Namespace) -> list[str]:
    """To sam's questions. `yes` is for machines: a samconfig.toml that wants changes confirmed would wait for ever."""
    return [*(["--guided"] if options.guided else []), *(["--no-confirm-changeset"] if options.yes else [])]


def _deploy(stack: DeployedStack, config: str, chosen: dict[str, str], answers: list[str]) -> int:
    this = release(_BUILT / "build", chosen)
    stamp(_BUILT / "build" / "template.yaml", retried(this, datetime.now(UTC)) if was_rolled_back(stack) else this)
    file = _BUILT / "parameters.yaml"
    file.write_text(yaml.safe_dump(chosen))
    command = [str(_SAM), "deploy", "--config-env", config, "--parameter-overrides", f"file://{file}"]
    return subprocess.call([*command, *answers], cwd=ROOT)  # noqa: S603


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
