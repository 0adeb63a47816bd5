"""Child processes that never outlive us."""

import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from local.processes.supervisor import GRACE_S
from ops.errors import StepFailed
from ops.stack.directory import ROOT

_TAIL_LINES = 40
_POLL_S = 0.05


class Process:
    """A command under a guard (see `local.processes.supervisor`), its output in a file."""

    def __init__(self, name: str, command: Sequence[str], env: Mapping[str, str], log: Path) -> None:
        """`env` is the whole environment of the command."""
        self.name = name
        self._log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("wb") as output:
            self._guard = subprocess.Popen(  # noqa: S603
                [sys.executable, "-m", "local.processes.supervisor", *command],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(env),
                cwd=ROOT,
                start_new_session=True,
            )

    @property
    def ended(self) -> bool:
        return self._guard.poll() is not None

    def wait(self) -> int:
        """The exit code."""
        return self._guard.wait()

    def stop(self) -> None:
        """Ask it to end, and after a few seconds make it. Does nothing to what has ended."""
        if self._guard.stdin:
            self._guard.stdin.close()
        try:
            self._guard.wait(GRACE_S + 5)
        except subprocess.TimeoutExpired:
            self._guard.kill()
            self._guard.wait()

    def tail(self) -> str:
        """The end of its output."""
        lines = self._log.read_text(errors="replace").splitlines()
        return "\n".join(f"    {line}" for line in lines[-_TAIL_LINES:])

    def failure(self, what: str) -> StepFailed:
        return StepFailed(f"{what}. The end of {self._log}:", self.tail())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()


def run(name: str, command: Sequence[str], env: Mapping[str, str], log: Path) -> None:
    """Run a command to its end. Raises `StepFailed`, with the command's own output, unless it exits with 0."""
    with Process(name, command, env, log) as process:
        code = process.wait()
        if code != 0:
            raise process.failure(f"{name} failed (exit code {code})")


def wait_until(ready: Callable[[], bool], process: Process, timeout_s: float) -> None:
    """Raises `StepFailed` with what `process` printed if it ends before, or is not ready in time."""
    deadline = time.monotonic() + timeout_s
    while not ready():
        if process.ended:
            raise process.failure(f"{process.name} ended before it was ready")
        if time.monotonic() > deadline:
            raise process.failure(f"{process.name} was not ready after {timeout_s:.0f} s")
        time.sleep(_POLL_S)
