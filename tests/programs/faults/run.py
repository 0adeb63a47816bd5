"""One cell, run."""

from pathlib import Path

from tests.programs.faults.api_cells import CallStateCell, RegistrationCell
from tests.programs.faults.authorizer_cells import AuthTokenCell, JwtCell
from tests.programs.faults.cell import Cell, Dependency
from tests.programs.faults.observation import Observation
from tests.programs.faults.push_cells import PushCell
from tests.programs.faults.webhook_cells import CallCell, CallEndCell
from tests.programs.faults.world import new_world

_REQUESTS = {
    Dependency.WEBHOOK_SECRET: CallCell,
    Dependency.SQS_SEND: CallCell,
    Dependency.CALL_ENDS: CallEndCell,
    Dependency.CALL_ENDS_QUEUE: CallEndCell,
    Dependency.JWKS: JwtCell,
    Dependency.AUTH_TOKENS: AuthTokenCell,
    Dependency.REGISTRATIONS: RegistrationCell,
    Dependency.CALL_STATES: CallStateCell,
}


def run_cell(cell: Cell, directory: Path, dynamodb_url: str) -> Observation:
    """Once more if it was only late: it may have been the machine, and not the functions.

    Raises `FunctionEnded` if a function does not start, or ends.
    """
    observation = _run_once(cell, directory, dynamodb_url)
    return observation if observation.problems or not observation.late else _run_once(cell, directory, dynamodb_url)


def _run_once(cell: Cell, directory: Path, dynamodb_url: str) -> Observation:
    with new_world(directory, dynamodb_url) as world:
        return _REQUESTS.get(cell.dependency, PushCell)(world, cell).run()
