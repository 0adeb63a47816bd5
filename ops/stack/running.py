"""Which stack a command works on: one in AWS, or the one that is running on this machine."""

from ops.errors import NotRunning
from ops.stack import samconfig
from ops.stack.deployed import DeployedStack
from ops.stack.description import StackDescription
from ops.stack.directory import ROOT, StackDirectory


def chosen_stack(directory: StackDirectory, *, stack: str, config: str) -> DeployedStack:
    """The stack in AWS that `stack` or `config` names, else the one on this machine. Raises `NotRunning`."""
    if stack:
        return DeployedStack.in_aws(stack)
    if config:
        return DeployedStack.of(samconfig.environment((ROOT / "samconfig.toml").read_text(), config))
    return DeployedStack.on_this_machine(running_stack(directory))


def running_stack(directory: StackDirectory) -> StackDescription:
    """Raises `NotRunning`."""
    description = find_running_stack(directory)
    if description is None:
        raise NotRunning("no stack is running: start one with make local, in another terminal")
    return description


def find_running_stack(directory: StackDirectory) -> StackDescription | None:
    """None also while a stack is starting: its description is written when it is ready."""
    if not directory.is_locked() or not directory.description.exists():
        return None
    return StackDescription.read(directory.description)
