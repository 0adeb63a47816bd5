"""Which version is deployed, and whether it is the one that examines it."""

from collections.abc import Iterator

from ops.doctor.findings import Finding, Note, Ok
from ops.stack.deployed import DeployedStack
from ops.version import project_version


def version(stack: DeployedStack) -> Iterator[Finding]:
    deployed, here = stack.outputs.get("Version", "before 0.2.0"), project_version()
    if deployed == here:
        yield Ok(f"version {deployed}")
    else:
        yield Note(f"version {deployed} is deployed, and this checkout is {here}: what is found may be the difference")
