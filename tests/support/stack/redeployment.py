"""A change deployed to the running local stack, the way make deploy does it to one in AWS."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from local.startup import sam
from local.startup.deployment import limit_concurrency
from ops.stack.deployed import DeployedStack
from ops.stack.description import StackDescription
from ops.stack.directory import StackDirectory
from ops.stack.release import release, stamp


def redeploy(directory: StackDirectory, description: StackDescription, build: Path, changes: Mapping[str, str]) -> str:
    """Deploys `build` with changed parameters and returns the release. Raises `CommandError`.

    The others keep their values. Tables and queues must stay as they are: the emulator replaces a changed one.
    """
    stack = DeployedStack.on_this_machine(description)
    (described,) = stack.client("cloudformation").describe_stacks(StackName=stack.name)["Stacks"]
    values = {each["ParameterKey"]: each["ParameterValue"] for each in described["Parameters"]}
    new = release(build, {**values, **changes})
    file = build / "stamped.yaml"
    shutil.copy(build / "template.yaml", file)
    stamp(file, new)
    try:
        sam.deploy(directory, description.aws_endpoint_url, stack.name, changes, template=file)
    finally:
        file.unlink()
    limit_concurrency(stack)
    return new
