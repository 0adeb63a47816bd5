"""The local stack as a process, as make local starts it."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ops.stack.description import StackDescription
from ops.stack.directory import ROOT, StackDirectory

START_S = 180


def command(program: str, directory: StackDirectory, *arguments: str) -> list[str]:
    return [sys.executable, "-m", program, "--dir", str(directory.path), *arguments]


def run_local(directory: StackDirectory, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Runs `python -m local` to its end; stderr is in stdout."""
    return _run("local", directory, *arguments, **variables)


def run_ops(directory: StackDirectory, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Runs `python -m ops` to its end; stderr is in stdout."""
    return _run("ops", directory, *arguments, **variables)


def _run(
    program: str, directory: StackDirectory, *arguments: str, **variables: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(program, directory, *arguments),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=START_S,
        env={**os.environ, **variables},
    )


@contextmanager
def running_stack(directory: StackDirectory, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Ready when it is yielded; stopped as by Ctrl-C at the end, if it is still there."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command("local", directory, "up"),
            cwd=ROOT,
            stdout=output,
            stderr=subprocess.STDOUT,
            # Not the usual one, which a stack that is being started beside this one may want.
            env={**os.environ, "PORT": str(free_port())},
        )
    try:
        _wait_until_ready(directory, process, log)
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.wait(timeout=60)


def read_description(directory: StackDirectory) -> StackDescription:
    return StackDescription.read(directory.description)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_ready(directory: StackDirectory, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_S
    while not (directory.description.exists() and read_description(directory).pid == process.pid):
        if process.poll() is not None or time.monotonic() > deadline:
            raise AssertionError(f"the stack did not start:\n{log.read_text()}")
        time.sleep(0.2)
