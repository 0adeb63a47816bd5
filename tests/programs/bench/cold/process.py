"""A function as a plain process: from its start to ready and to the first answer, and warm."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from tests.programs.bench.cold.world import Subject, World

_TIMED = Path(__file__).with_name("timed.py")


@dataclass(frozen=True, slots=True)
class Cold:
    """Milliseconds since the start; `warm_ms` is a later invocation's own time."""

    ready_ms: float
    first_answer_ms: float
    warm_ms: float = 0


class Running:
    def __init__(self, process: subprocess.Popen[str], results: IO[str]) -> None:
        self._process = process
        self._results = results

    def invoke(self, event: Mapping[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None
        print(json.dumps(event), file=self._process.stdin, flush=True)
        line = self._results.readline()
        if not line:
            raise SystemExit("a measured function has ended; what it said is above")
        measured: dict[str, Any] = json.loads(line)
        check(measured["answer"])
        return measured

    def frozen(self, seconds: float) -> None:
        """As Lambda freezes an environment between invocations."""
        self._process.send_signal(signal.SIGSTOP)
        time.sleep(seconds)
        self._process.send_signal(signal.SIGCONT)


def check(answer: Any) -> None:
    """What is measured must have worked."""
    if answer.get("statusCode", 200) != 200 or answer.get("batchItemFailures") or answer.get("isAuthorized") is False:
        raise SystemExit(f"a measured function answered {answer}")


@contextmanager
def running(world: World, subject: Subject, variables: Mapping[str, str]) -> Iterator[Running]:
    reading, writing = os.pipe()
    path = [subject.task, subject.opt / "python", world.runtime]
    env = {
        **variables,
        "BENCH_HANDLER": subject.handler,
        "BENCH_FD": str(writing),
        "PYTHONPATH": os.pathsep.join(map(str, path)),
        # /var/task and /opt can't be written in Lambda.
        "PYTHONDONTWRITEBYTECODE": "1",
        "PATH": os.environ["PATH"],
    }
    # Not our virtual environment's Python, which would find packages that are not in the layers.
    command = [sys._base_executable, "-S", str(_TIMED)]  # type: ignore[attr-defined]
    with (
        subprocess.Popen(
            command, env=env, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, pass_fds=[writing], text=True
        ) as process,
        open(reading) as results,
    ):
        os.close(writing)
        try:
            yield Running(process, results)
        finally:
            process.kill()


def cold(world: World, subject: Subject, variables: Mapping[str, str], event: Mapping[str, Any]) -> Cold:
    started = time.time()
    with running(world, subject, variables) as function:
        measured = function.invoke(event)
    return Cold((measured["ready_at"] - started) * 1000, (measured["answered_at"] - started) * 1000)
