"""make drill: one fault after the other, each named by doctor in its first line, with the runbook for it."""

import os

import pytest

from ops.doctor.report import report
from ops.doctor.run import examine
from ops.stack.deployed import DeployedStack
from ops.stack.description import StackDescription
from tests.support.drill import FAULTS, TELLING, World
from tests.support.drill.data import purge_dead_letters


@pytest.fixture(scope="module")
def world(stack: StackDescription) -> World:
    """With nothing left over from other tests."""
    deployed = DeployedStack.on_this_machine(stack)
    assert deployed.simulator is not None
    found = World(deployed, deployed.simulator)
    purge_dead_letters(found)
    return found


def examined(world: World, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """Doctor's exit code, and what it prints."""
    assert world.stack.description
    capsys.readouterr()
    code = report(examine(DeployedStack.on_this_machine(world.stack.description)))
    return code, capsys.readouterr().out


# All of them by make drill (4 minutes); one of each kind otherwise.
_CHOSEN = FAULTS if os.environ.get("VOIP_DRILL") == "all" else TELLING


@pytest.mark.parametrize("name", _CHOSEN)
def test_a_fault_is_named_first(world: World, capsys: pytest.CaptureFixture[str], name: str) -> None:
    fault = FAULTS[name]

    with fault.inject(world):
        code, out = examined(world, capsys)

    first, _, link = out.splitlines()[:3]
    assert code == 1, out
    assert first.startswith(f"FAULT  {fault.code}: "), out
    assert fault.says in first, out
    assert link == f"       -> {fault.link}", out
    assert "Nothing is wrong" not in out


def test_after_the_drill_the_stack_is_in_order(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """So each fault was found by itself, and not one before it."""
    code, out = examined(world, capsys)

    assert code == 0, out
    assert out.splitlines()[-1].startswith("Nothing is wrong. Not examined: ")


def test_an_examination_asks_apns_once_an_environment(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    before = world.apple.counters()["last_sequence"]

    examined(world, capsys)

    pushes = world.apple.pushes(after=before)
    assert sorted((push["environment"], push["accepted"]) for push in pushes) == [
        ("production", False),
        ("sandbox", False),
    ]
