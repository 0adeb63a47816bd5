"""MiniStack: AWS on one port of this machine, its Lambda functions as processes."""

import os
import secrets
import socket
import sys
from pathlib import Path

import httpx

from local.processes.process import Process, wait_until
from ops.errors import InvalidSetting
from ops.stack import emulated_aws
from ops.stack.directory import StackDirectory

DEFAULT_PORT = 4566
_START_TIMEOUT_S = 60


class Emulator:
    def __init__(self, directory: StackDirectory, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        # By its account it is told from another emulator that has taken the port meanwhile.
        self._account = f"{secrets.randbelow(10**12):012d}"
        directory.scratch.mkdir(parents=True, exist_ok=True)
        self.process = Process(
            "the emulator",
            [sys.executable, "-m", "ministack"],
            _environment(port, directory.scratch, self._account),
            directory.log("emulator"),
        )

    def wait_until_ready(self) -> None:
        """Raises `StepFailed`."""
        wait_until(self._answers, self.process, _START_TIMEOUT_S)

    def _answers(self) -> bool:
        try:
            if httpx.get(f"{self.url}/_ministack/ready", timeout=2, trust_env=False).status_code != 200:
                return False
        except httpx.TransportError:
            return False
        account: str = emulated_aws.client("sts", self.url).get_caller_identity()["Account"]
        return account == self._account


def choose_port(wanted: int | None) -> int:
    """The wanted port, else the usual one, else any. Raises `InvalidSetting` if the wanted one is taken."""
    if wanted is not None:
        if not _is_free(wanted):
            raise InvalidSetting(f"PORT={wanted} is taken by another program; choose another port")
        return wanted
    if _is_free(DEFAULT_PORT):
        return DEFAULT_PORT
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _is_free(port: int) -> bool:
    # On all addresses as well: macOS lets a port be bound here that another program has there.
    return _can_bind("127.0.0.1", port) and _can_bind("", port)


def _can_bind(address: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError:
            return False
    return True


def _environment(port: int, scratch: Path, account: str) -> dict[str, str]:
    # Little of ours: what is here is also in the environment of every Lambda function.
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "HOME": str(scratch),
        "TMPDIR": str(scratch),
        "STATE_DIR": str(scratch / "state"),
        "S3_DATA_DIR": str(scratch / "s3"),
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_HOST": "127.0.0.1",
        "MINISTACK_ACCOUNT_ID": account,
        "SFTP_ENABLED": "0",
        "IOT_MTLS_ENABLED": "0",
        # Who called what of AWS, for tests to look up.
        "CLOUDTRAIL_RECORDING": "1",
        "CLOUDTRAIL_MAX_EVENTS": "50000",
        # Else it would, at every start, stop all containers of any other MiniStack on this machine.
        "DOCKER_HOST": f"unix://{scratch}/no-docker.sock",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
