"""Child processes that never outlive us."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from local.errors import StepFailed
from local.guard import GRACE_S
from local.paths import ROOT

_TAIL_LINES = 40


class Process:
    """A command under a guard (see `local.guard`), its output in a file."""

    def __init__(self, name: str, command: Sequence[str], env: Mapping[str, str], log: Path) -> None:
        """`env` is the whole environment of the command."""
        self.name = name
        self._log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("wb") as output:
            self._guard = subprocess.Popen(  # noqa: S603
                [sys.executable, "-m", "local.guard", *command],
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
