"""A simulator and a sender for each test."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from apns_simulator import ApnsSimulator, SimulatorConfig
from tests.support.apns.credentials import SigningKey
from tests.support.apns.http2_sender import Sender


@pytest.fixture(scope="session")
def key() -> SigningKey:
    return SigningKey()


@pytest.fixture(scope="session")
def authorization(key: SigningKey) -> str:
    return f"bearer {key.token()}"


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("certificates")


@pytest.fixture
def start_apns(key: SigningKey, certificates: Path) -> Iterator[Callable[..., ApnsSimulator]]:
    """Starts a simulator with the given configuration."""
    with ExitStack() as stack:

        def start(config: SimulatorConfig | None = None, **options: Any) -> ApnsSimulator:
            return stack.enter_context(ApnsSimulator(certificates, [key.registered()], config, **options))

        yield start


@pytest.fixture
def apns(start_apns: Callable[..., ApnsSimulator]) -> ApnsSimulator:
    """As APNs: one stream at first, and after an error."""
    return start_apns()


@pytest.fixture
def new_sender(authorization: str) -> Iterator[Callable[..., Sender]]:
    """Makes a sender to a simulator, closed at the end."""
    with ExitStack() as stack:

        def new(apns: ApnsSimulator, **options: Any) -> Sender:
            options = {"authorization": authorization} | options
            return stack.enter_context(Sender(apns.production_url, apns.ca_file, **options))

        yield new


@pytest.fixture
def sender(apns: ApnsSimulator, new_sender: Callable[..., Sender]) -> Sender:
    return new_sender(apns)
