"""Simulators and connections to them; each test has its own."""

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from apns_simulator import ApnsSimulator, SimulatorConfig
from tests.support.apns.credentials import SigningKey
from tests.support.apns.pusher import BUNDLE_ID, VOIP_TOPIC, Pusher


class Clock:
    """Real time, plus what a test adds."""

    def __init__(self) -> None:
        self.offset_s = 0.0

    def __call__(self) -> float:
        return time.time() + self.offset_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def signing_key() -> SigningKey:
    return SigningKey()


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("certificates")


@pytest.fixture
def start(signing_key: SigningKey, certificates: Path, clock: Clock) -> Iterator[Callable[..., ApnsSimulator]]:
    """Start a simulator with other keys or another configuration than `apns` has."""
    with ExitStack() as stack:

        def _start(config: SimulatorConfig | None = None, **options: Any) -> ApnsSimulator:
            keys = options.pop("keys", [signing_key.registered(topics=[BUNDLE_ID, VOIP_TOPIC])])
            return stack.enter_context(ApnsSimulator(certificates, keys, config, clock=clock, **options))

        yield _start


@pytest.fixture
def apns(start: Callable[..., ApnsSimulator]) -> ApnsSimulator:
    return start()


@pytest.fixture
def connect(signing_key: SigningKey) -> Iterator[Callable[..., Pusher]]:
    """Open a connection to a simulator; a warm one has had a push accepted, so that it takes many streams."""
    with ExitStack() as stack:

        def _connect(simulator: ApnsSimulator, *, sandbox: bool = False, warm: bool = False, **options: Any) -> Pusher:
            url = simulator.sandbox_url if sandbox else simulator.production_url
            token = options.pop("token", None) or signing_key.token()
            pusher = stack.enter_context(Pusher(url, simulator.ca_file, token, **options))
            if warm:
                assert pusher.push().status == 200
            return pusher

        yield _connect


@pytest.fixture
def pusher(apns: ApnsSimulator, connect: Callable[..., Pusher]) -> Pusher:
    return connect(apns)


@pytest.fixture(scope="session")
def node_client() -> Path:
    """The directory of the Node client, installed once. Only a machine without Node goes without these tests."""
    directory = Path(__file__).parent / "node"
    if not (shutil.which("node") and shutil.which("npm")):
        reason = "node and npm are not installed: nothing was tested with @parse/node-apn"
        print(reason)
        pytest.skip(reason)
    if not (directory / "node_modules").exists():
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=directory, check=True, timeout=120)
    return directory
