"""Waiting for something that we started."""

import time
from collections.abc import Callable

from local.processes import Process

_POLL_S = 0.05


def wait_until(ready: Callable[[], bool], process: Process, timeout_s: float) -> None:
    """Raises `StepFailed` with what `process` printed if it ends before, or is not ready in time."""
    deadline = time.monotonic() + timeout_s
    while not ready():
        if process.ended:
            raise process.failure(f"{process.name} ended before it was ready")
        if time.monotonic() > deadline:
            raise process.failure(f"{process.name} was not ready after {timeout_s:.0f} s")
        time.sleep(_POLL_S)
