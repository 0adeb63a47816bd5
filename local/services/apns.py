"""The APNs that the stack pushes to: our simulator, or a server of the user's."""

import json
import os
import sys
from pathlib import Path

from local.phones.credentials import ApnsKey
from local.processes.process import Process, wait_until
from local.settings import ApnsServer
from ops.stack.description import Apns
from ops.stack.directory import StackDirectory

_START_TIMEOUT_S = 30


class Simulator:
    def __init__(self, directory: StackDirectory, key: ApnsKey, bundle_id: str) -> None:
        self._key = key
        self._bundle_id = bundle_id
        self._ready_file = directory.apns / "addresses.json"
        self._ready_file.unlink(missing_ok=True)
        self.process = Process(
            "the APNs simulator",
            _command(directory.apns, self._ready_file, key, bundle_id),
            dict(os.environ),
            directory.log("apns-simulator"),
        )

    def wait_until_ready(self) -> Apns:
        """Raises `StepFailed`."""
        wait_until(self._ready_file.exists, self.process, _START_TIMEOUT_S)
        addresses = json.loads(self._ready_file.read_text())
        return Apns(
            url=addresses["production_url"],
            sandbox_url=addresses["sandbox_url"],
            ca_file=addresses["ca_file"],
            key_file=str(self._key.file),
            key_id=self._key.key_id,
            team_id=self._key.team_id,
            topic=f"{self._bundle_id}.voip",
            control_url=addresses["control_url"],
        )


def apns_of(server: ApnsServer) -> Apns:
    return Apns(
        url=server.url,
        sandbox_url=server.url,
        ca_file=str(server.ca_file),
        key_file=str(server.key_file),
        key_id=server.key_id,
        team_id=server.team_id,
        topic=f"{server.bundle_id}.voip",
        control_url=None,
    )


def _command(directory: Path, ready_file: Path, key: ApnsKey, bundle_id: str) -> list[str]:
    options = {
        "--dir": str(directory),
        "--bundle-id": bundle_id,
        "--key-id": key.key_id,
        "--team-id": key.team_id,
        "--key-file": str(key.file),
        "--ready-file": str(ready_file),
    }
    return [sys.executable, "-m", "apns_simulator", *(text for option in options.items() for text in option)]
