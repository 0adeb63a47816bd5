"""One cell, run."""

from pathlib import Path

from tests.programs.faults.cell import Cell, Dependency
from tests.programs.faults.observation import Observation
from tests.programs.faults.push_cells import PushCell
from tests.programs.faults.request_cells import run_authorizer_cell, run_webhook_cell
from tests.programs.faults.world import new_world


def run_cell(cell: Cell, directory: Path, dynamodb_url: str) -> Observation:
    """Once more if it was only late: it may have been the machine, and not the functions.

    Raises `FunctionEnded` if a function does not start, or ends.
    """
    observation = _run_once(cell, directory, dynamodb_url)
    return observation if observation.problems or not observation.late else _run_once(cell, directory, dynamodb_url)


def _run_once(cell: Cell, directory: Path, dynamodb_url: str) -> Observation:
    with new_world(directory, dynamodb_url) as world:
        match cell.dependency:
            case Dependency.WEBHOOK_SECRET | Dependency.SQS_SEND:
                return run_webhook_cell(world, cell)
            case Dependency.JWKS:
                return run_authorizer_cell(world, cell)
            case _:
                return PushCell(world, cell).run()
