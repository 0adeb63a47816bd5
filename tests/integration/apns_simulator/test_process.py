"""The simulator as a process."""

import json
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from apns_simulator import SimulatorClient
from tests.support.apns.pusher import BUNDLE_ID, Pusher

ROOT = Path(__file__).parents[3]
START_TIMEOUT_S = 15


def command(tmp_path: Path, key_file: Path, *more: str) -> list[str]:
    identity = ["--bundle-id", BUNDLE_ID, "--key-id", "KEY1234567", "--team-id", "TEAM123456"]
    files = ["--dir", str(tmp_path / "apns"), "--key-file", str(key_file), "--ready-file", str(tmp_path / "ready.json")]
    return [sys.executable, "-m", "apns_simulator", *identity, *files, *more]


@pytest.fixture
def key_file(tmp_path, signing_key) -> Path:
    path = tmp_path / "AuthKey.p8"
    path.write_bytes(signing_key.pem)
    return path


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_it_starts_serves_and_stops_without_a_trace(tmp_path, key_file, signing_key, stop):
    ready_file = tmp_path / "ready.json"
    with subprocess.Popen(
        command(tmp_path, key_file), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as apns:
        deadline = time.monotonic() + START_TIMEOUT_S
        while not ready_file.exists() and apns.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        ready = json.loads(ready_file.read_text())
        assert ready.keys() == {"production_url", "sandbox_url", "control_url", "ca_file"}
        controls = SimulatorClient(ready["control_url"])
        for environment in ("production", "sandbox"):
            with Pusher(ready[f"{environment}_url"], Path(ready["ca_file"]), signing_key.token()) as pusher:
                assert pusher.push().status == 200
        assert [push["environment"] for push in controls.pushes()] == ["production", "sandbox"]
        pusher = Pusher(ready["production_url"], Path(ready["ca_file"]), signing_key.token())
        controls.add_fault("silence")
        pusher.begin()
        assert len(controls.pushes(after=2, wait_s=5)) == 1
        apns.send_signal(stop)
        output, errors = apns.communicate(timeout=10)
        pusher.close()
    assert (apns.returncode, errors) == (0, b"")
    assert json.loads(output) == ready
    assert not ready_file.exists()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((urlsplit(ready["control_url"]).hostname, urlsplit(ready["control_url"]).port))


def test_it_keeps_its_certificates(tmp_path, key_file, start, certificates):
    before = (certificates / "ca.pem").read_bytes() if (certificates / "ca.pem").exists() else None
    first = start().ca_file.read_bytes()
    assert start().ca_file.read_bytes() == first
    assert before in (None, first)


@pytest.mark.parametrize("damage", ["no key", "no pem", "port in use"])
def test_it_says_why_it_cannot_start(tmp_path, key_file, damage):
    more = []
    with socket.create_server(("127.0.0.1", 0)) as taken:
        match damage:
            case "no key":
                key_file.unlink()
            case "no pem":
                key_file.write_text("hello")
            case _:
                more = ["--port", str(taken.getsockname()[1])]
        run = subprocess.run(command(tmp_path, key_file, *more), cwd=ROOT, capture_output=True, text=True, timeout=20)
    assert run.returncode == 2
    assert run.stderr.startswith("apns simulator: ")
    assert run.stderr.count("\n") == 1
