"""Children of the local stack end with it, however it ends."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.processes.process import Process, run
from local.processes.supervisor import GRACE_S
from ops.errors import StepFailed

# Says who it and its own child are, then ignores what it is told.
STUBBORN = """
import os, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(os.getpid(), child.pid, flush=True)
time.sleep(600)
"""
RUNNER = """
import os, sys, time
from pathlib import Path
from local.processes.process import Process
process = Process("child", [sys.executable, "-c", sys.argv[1]], dict(os.environ), Path(sys.argv[2]))
time.sleep(600)
"""


def test_a_process_that_does_not_want_to_end_is_ended_with_its_children(tmp_path: Path) -> None:
    process = Process("child", [sys.executable, "-c", STUBBORN], dict(os.environ), tmp_path / "log")
    pids = _pids(tmp_path / "log")

    process.stop()

    assert process.ended
    _expect_gone(pids)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_killed_runner_leaves_nothing(tmp_path: Path, number: signal.Signals) -> None:
    runner = subprocess.Popen([sys.executable, "-c", RUNNER, STUBBORN, str(tmp_path / "log")])
    pids = _pids(tmp_path / "log")

    runner.send_signal(number)
    runner.wait()

    _expect_gone(pids)


def test_the_children_of_a_process_that_ends_by_itself_are_ended(tmp_path: Path) -> None:
    script = STUBBORN.replace("time.sleep(600)\n", "")

    run("child", [sys.executable, "-c", script], dict(os.environ), tmp_path / "log")

    _expect_gone(_pids(tmp_path / "log"))


def test_a_failure_shows_what_the_command_said(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "import sys; print('no such thing'); sys.exit(3)"]

    with pytest.raises(StepFailed, match=r"(?s)the build failed \(exit code 3\).*no such thing"):
        run("the build", command, dict(os.environ), tmp_path / "log")


def _pids(log: Path) -> list[int]:
    for _ in _seconds(20):
        if log.exists() and log.read_text().endswith("\n"):
            return [int(text) for text in log.read_text().split()]
    raise AssertionError(f"no pids in {log}")


def _expect_gone(pids: list[int]) -> None:
    for _ in _seconds(GRACE_S + 10):
        if not any(_is_alive(pid) for pid in pids):
            return
    raise AssertionError(f"still there: {[pid for pid in pids if _is_alive(pid)]}")


def _is_alive(pid: int) -> bool:
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout.strip()
    return bool(state) and not state.startswith("Z")


def _seconds(limit_s: float) -> Iterator[None]:
    deadline = time.monotonic() + limit_s
    while time.monotonic() < deadline:
        yield
        time.sleep(0.05)
