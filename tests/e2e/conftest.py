"""One local stack for the whole run: its own, or with VOIP_STACK=running the one of make local."""

import os
from collections.abc import Iterator

import pytest

from apns_simulator import SimulatorClient
from ops.stack.deployed import DeployedStack
from ops.stack.description import StackDescription
from ops.stack.directory import ROOT, StackDirectory
from ops.stack.running import find_running_stack
from tests.support.stack.local_stack import read_description, running_stack


@pytest.fixture(scope="session")
def stack_directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StackDirectory]:
    if os.environ.get("VOIP_STACK") == "running":
        directory = StackDirectory(ROOT / ".local")
        if find_running_stack(directory) is None:
            pytest.exit("VOIP_STACK=running, and no stack is running: start one with make local", returncode=1)
        yield directory
        return
    directory = StackDirectory(ROOT / ".local" / "e2e")
    with running_stack(directory, tmp_path_factory.mktemp("stack") / "runner.log"):
        yield directory


@pytest.fixture(scope="session")
def stack(stack_directory: StackDirectory) -> StackDescription:
    """Where the running stack is, and its credentials."""
    return read_description(stack_directory)


@pytest.fixture
def deployed(stack: StackDescription) -> DeployedStack:
    return DeployedStack.on_this_machine(stack)


@pytest.fixture
def apple(deployed: DeployedStack) -> SimulatorClient:
    if deployed.simulator is None:
        pytest.skip("the running stack does not push to our simulator")
    return deployed.simulator
