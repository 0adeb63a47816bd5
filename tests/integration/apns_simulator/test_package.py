"""The simulator installed as its README says, and the README's examples run against it."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from apns_simulator import SimulatorClient
from tests.support.apns.pusher import BUNDLE_ID

ROOT = Path(__file__).parents[3]
README = ROOT / "apns_simulator" / "README.md"
INSTALL_TIMEOUT_S = 240
RUN_TIMEOUT_S = 60


def example(language: str, containing: str = "") -> str:
    blocks = re.findall(rf"^```{language}\n(.*?)^```", README.read_text(), flags=re.DOTALL | re.MULTILINE)
    (block,) = [block for block in blocks if containing in block]
    return block


def run(*command: object, cwd: Path, **environment: str) -> str:
    # Nothing of the checkout may be importable.
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | environment
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=variables, capture_output=True, text=True, timeout=RUN_TIMEOUT_S
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def installed(tmp_path_factory) -> Path:
    """The bin directory of a fresh virtual environment with the simulator and what its pytest example imports."""
    directory = tmp_path_factory.mktemp("installed")
    subprocess.run([sys.executable, "-m", "venv", "--clear", directory], check=True, timeout=INSTALL_TIMEOUT_S)
    pip = [directory / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check"]
    packages = ["./apns_simulator", "pytest", "httpx[http2]", "pyjwt[crypto]"]
    done = subprocess.run([*pip, *packages], cwd=ROOT, capture_output=True, text=True, timeout=INSTALL_TIMEOUT_S)
    assert done.returncode == 0, done.stderr
    return directory / "bin"


@pytest.fixture
def started(installed, tmp_path) -> Iterator[Path]:
    """A directory with the README's key and a running simulator's `ready.json`."""
    key, start = example("sh", containing="openssl").splitlines()
    subprocess.run(key, shell=True, cwd=tmp_path, check=True, timeout=RUN_TIMEOUT_S)  # noqa: S602
    command = [installed / start.split()[0], *start.split()[1:], "--ready-file", "ready.json"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE) as simulator:
        assert simulator.stdout
        assert simulator.stdout.readline()
        yield tmp_path
        simulator.terminate()


def test_it_has_the_version_of_the_project(installed, tmp_path):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    script = "from importlib.metadata import version; print(version('apns-simulator'))"
    assert run(installed / "python", "-c", script, cwd=tmp_path).strip() == project["version"]


def test_the_pytest_example_passes_where_it_is_installed(installed, tmp_path):
    (tmp_path / "test_example.py").write_text(example("python"))
    assert "3 passed" in run(installed / "pytest", "-q", cwd=tmp_path)


def test_settings_are_an_overridable_fixture(installed, tmp_path):
    (tmp_path / "test_settings.py").write_text(
        example("python").partition("def test_")[0] + "import pytest\n"
        "from apns_simulator import SimulatorConfig\n\n"
        "@pytest.fixture\n"
        "def apns_config():\n"
        "    return SimulatorConfig(accept_unknown_devices=False)\n\n"
        "def test_it(apns_simulator, apns_key):\n"
        "    assert push(apns_simulator, apns_key, 'a1b2').json() == {'reason': 'BadDeviceToken'}\n"
    )
    assert "1 passed" in run(installed / "pytest", "-q", cwd=tmp_path)


def test_the_node_example_prints_what_it_says(node_client, started):
    (started / "push.js").write_text(example("js"))
    (started / "node_modules").symlink_to(node_client / "node_modules")
    assert run("node", "push.js", cwd=started, READY_FILE="ready.json") == "1 Unregistered\n"


def test_the_java_example_prints_what_it_says(started):
    if not shutil.which("java"):
        reason = "java is not installed: the README's example was not run"
        print(reason)
        pytest.skip(reason)
    (started / "Push.java").write_text(example("java"))
    assert run("java", "Push.java", "ready.json", cwd=started) == "HTTP_2 200\n"
    (push,) = SimulatorClient(json.loads((started / "ready.json").read_text())["control_url"]).pushes()
    assert (push["device_token"], push["headers"]["apns-topic"]) == ("a1b2", f"{BUNDLE_ID}.voip")
