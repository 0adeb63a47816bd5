"""Doctor says which version is deployed."""

import pytest

from ops.doctor.findings import Note, Ok
from ops.doctor.version import version
from ops.stack.deployed import DeployedStack
from ops.version import project_version


def stack_with(**outputs: str) -> DeployedStack:
    stack = DeployedStack("app", {}.__getitem__)
    vars(stack).update(outputs=outputs)
    return stack


def test_the_version_of_this_checkout_is_in_order() -> None:
    assert list(version(stack_with(Version=project_version()))) == [Ok(f"version {project_version()}")]


@pytest.mark.parametrize(("outputs", "named"), [({"Version": "0.1.9"}, "0.1.9"), ({}, "before 0.2.0")])
def test_another_version_is_named(outputs: dict[str, str], named: str) -> None:
    (finding,) = version(stack_with(**outputs))

    assert isinstance(finding, Note)
    assert named in finding.what
    assert project_version() in finding.what
