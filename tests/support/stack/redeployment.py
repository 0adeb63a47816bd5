"""A change deployed to the running local stack, the way make deploy does it to one in AWS."""

from collections.abc import Mapping
from pathlib import Path

import yaml

from local.startup import sam
from ops.commands.deploy_parameters import release
from ops.stack.deployed import DeployedStack
from ops.stack.description import StackDescription
from ops.stack.directory import StackDirectory


def redeploy(directory: StackDirectory, description: StackDescription, build: Path, changes: Mapping[str, str]) -> str:
    """Deploys `build` with changed parameters and returns the release. Raises `CommandError`.

    The others keep their values. Tables and queues must stay as they are: the emulator makes a changed one anew.
    """
    stack = DeployedStack.on_this_machine(description)
    (described,) = stack.client("cloudformation").describe_stacks(StackName=stack.name)["Stacks"]
    values = {each["ParameterKey"]: each["ParameterValue"] for each in described["Parameters"]}
    new = release(build, {**values, **changes, "Release": ""})
    template = yaml.safe_load((build / "template.yaml").read_text())
    # The emulator transforms the template without the parameters' values, and takes their defaults for them.
    template["Parameters"]["Release"]["Default"] = new
    file = build / "release.yaml"
    file.write_text(yaml.safe_dump(template, sort_keys=False))
    try:
        sam.deploy(directory, description.aws_endpoint_url, stack.name, {**changes, "Release": new}, template=file)
    finally:
        file.unlink()
    return new
