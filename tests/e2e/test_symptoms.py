"""docs/runbooks/symptoms.md: each row's command, run against a stack with that fault, prints what the row says."""

import re
import shlex

import pytest

from ops.stack.deployed import DeployedStack
from ops.stack.description import StackDescription
from ops.stack.directory import ROOT, StackDirectory
from tests.support.docs.markdown import Page
from tests.support.drill import World
from tests.support.drill.data import purge_dead_letters
from tests.support.drill.symptoms import INJECTIONS, Case
from tests.support.stack.calls import a_user
from tests.support.stack.local_stack import run_ops

ROWS = [
    (symptom, command, prints)
    for symptom, rows in Page.read(ROOT / "docs/runbooks/symptoms.md").tables.items()
    for command, prints, _ in rows
]


@pytest.fixture(scope="module")
def world(stack: StackDescription) -> World:
    deployed = DeployedStack.on_this_machine(stack)
    assert deployed.simulator is not None
    return World(deployed, deployed.simulator)


@pytest.mark.parametrize(("symptom", "command", "prints"), ROWS)
def test_a_row_is_true(
    world: World, stack: StackDescription, stack_directory: StackDirectory, symptom: str, command: str, prints: str
) -> None:
    case = Case(world, stack, a_user())
    purge_dead_letters(world)
    try:
        with INJECTIONS[symptom, prints](case):
            out = run_ops(stack_directory, *as_arguments(command.replace("bob", case.uid))).stdout
    finally:
        purge_dead_letters(world)

    assert prints.replace("bob", case.uid) in out, out


def test_every_row_has_its_fault() -> None:
    assert {(symptom, prints) for symptom, _, prints in ROWS} == INJECTIONS.keys()


def as_arguments(command: str) -> list[str]:
    """`make devices FOR=bob` as `python -m ops` takes it."""
    _, target, *settings = shlex.split(command)
    values = dict(each.split("=", 1) for each in settings)
    match target:
        case "devices":
            return ["devices", values["FOR"]]
        case "smoke":
            return ["smoke", values["TO"], "smoke-test"]
        case "logs":
            return ["logs", "--since", values.get("SINCE", "15m"), *(["--errors"] if "ERRORS" in values else [])]
    assert re.fullmatch("doctor|dead-letters", target), command
    return [target]
