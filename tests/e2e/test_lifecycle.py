"""make local starts one stack, and leaves nothing behind."""

import signal
import socket
import stat
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ops.stack.directory import ROOT, StackDirectory
from tests.support.stack.local_stack import read_description, run_local, running_stack


@pytest.fixture
def own_directory() -> StackDirectory:
    """Not the one of the other tests' stack."""
    return StackDirectory(ROOT / ".local" / "e2e-lifecycle")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_stack_that_ends_leaves_nothing(
    own_directory: StackDirectory, tmp_path: Path, number: signal.Signals
) -> None:
    with running_stack(own_directory, tmp_path / "log") as runner:
        descendants = _descendants(runner.pid)
        secrets = [own_directory.description, Path(read_description(own_directory).jwt.private_key_file)]
        assert [stat.S_IMODE(file.stat().st_mode) for file in secrets] == [0o600, 0o600]
        second = run_local(own_directory, "up")

        runner.send_signal(number)
        code = runner.wait(timeout=60)

    assert second.returncode == 1
    assert f"a stack is already running (process {runner.pid})" in second.stdout
    assert code == (0 if number != signal.SIGKILL else -number), (tmp_path / "log").read_text()
    # The emulator, the simulator, the four functions, and a guard for each of the first two.
    assert len(descendants) >= 8
    assert not _alive_after(descendants, seconds=15)
    after = run_local(own_directory, "ring", "bob", "alice")
    assert after.returncode == 1
    assert "no stack is running" in after.stdout
    if number != signal.SIGKILL:
        assert not own_directory.description.exists()
        assert not own_directory.scratch.exists()


def test_a_taken_port_is_named(own_directory: StackDirectory) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])

        up = run_local(own_directory, "up", PORT=port)

    assert up.returncode == 1
    assert f"PORT={port} is taken" in up.stdout


def _descendants(pid: int) -> set[int]:
    rows = [line.split() for line in _ps("-e", "-o", "pid=,ppid=").splitlines()]
    children: dict[int, list[int]] = {}
    for child, parent in rows:
        children.setdefault(int(parent), []).append(int(child))

    def below(parent: int) -> Iterator[int]:
        for child in children.get(parent, []):
            yield child
            yield from below(child)

    return set(below(pid))


def _alive_after(pids: set[int], seconds: float) -> set[int]:
    """Those of them that are still there, at the latest after so many seconds."""
    deadline = time.monotonic() + seconds
    while alive := {pid for pid in pids if _ps("-o", "stat=", "-p", str(pid)).strip().rstrip("+")[:1] not in ("", "Z")}:
        if time.monotonic() > deadline:
            break
        time.sleep(0.1)
    return alive


def _ps(*arguments: str) -> str:
    return subprocess.run(["ps", *arguments], capture_output=True, text=True).stdout
