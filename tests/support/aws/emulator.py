"""MiniStack: AWS on this machine, for integration tests."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import botocore.session
from botocore.config import Config

START_S = 60


@contextmanager
def running_emulator(directory: Path) -> Iterator[str]:
    """Its URL, while it runs. What it writes stays in `directory`."""
    url = f"http://127.0.0.1:{_free_port()}"
    log = directory / "ministack.log"
    environment = os.environ | {
        "GATEWAY_PORT": url.rpartition(":")[2],
        "BIND_HOST": "127.0.0.1",
        "TMPDIR": str(directory),
    }
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "ministack"],
            cwd=directory,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_until_ready(f"{url}/_ministack/ready", process, log)
        yield url
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def aws_client(service: str, endpoint_url: str) -> Any:
    return botocore.session.get_session().create_client(
        service, endpoint_url=endpoint_url, config=Config(max_pool_connections=50, retries={"mode": "standard"})
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _wait_until_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    give_up_at = time.monotonic() + START_S
    while time.monotonic() < give_up_at:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"the emulator is not ready:\n{log.read_text(errors='replace')[-4000:]}")
