"""All targets in one run."""

import pytest

from tests.programs.fuzz.coverage import Coverage
from tests.programs.fuzz.engine import Report, fuzz
from tests.programs.fuzz.functions import loaded
from tests.programs.fuzz.queue import Queue
from tests.programs.fuzz.tokens import Tokens
from tests.programs.fuzz.webhook import Webhook


def run(*, seed: int, inputs: int) -> tuple[Report, Coverage]:
    with loaded() as functions, pytest.MonkeyPatch.context() as patch, Coverage() as coverage:
        targets = [Webhook(functions), Tokens(functions), Queue(functions, patch)]
        return fuzz(targets, coverage, seed=seed, inputs=inputs), coverage
