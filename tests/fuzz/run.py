"""All targets in one run."""

import pytest

from tests.fuzz.coverage import Coverage
from tests.fuzz.engine import Report, fuzz
from tests.fuzz.functions import loaded
from tests.fuzz.queue import Queue
from tests.fuzz.tokens import Tokens
from tests.fuzz.webhook import Webhook


def run(*, seed: int, inputs: int) -> tuple[Report, Coverage]:
    with loaded() as functions, pytest.MonkeyPatch.context() as patch, Coverage() as coverage:
        targets = [Webhook(functions), Tokens(functions), Queue(functions, patch)]
        return fuzz(targets, coverage, seed=seed, inputs=inputs), coverage
