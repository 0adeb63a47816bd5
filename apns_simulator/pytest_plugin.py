"""Fixtures for the tests of an APNs client: a simulator for each test, and a provider key that it knows."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from apns_simulator.config import SimulatorConfig
from apns_simulator.provider_token import ProviderKey
from apns_simulator.server import ApnsSimulator


@dataclass(frozen=True, slots=True)
class ApnsKey:
    """What a sender needs to sign provider tokens. `pem` is the content of the .p8 file."""

    key_id: str
    team_id: str
    pem: str


@pytest.fixture(scope="session")
def apns_key() -> ApnsKey:
    """Return a new provider key, for both environments and every topic."""
    private_key = ec.generate_private_key(ec.SECP256R1())
    pem = private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return ApnsKey("KEY1234567", "TEAM123456", pem)


@pytest.fixture
def apns_config() -> SimulatorConfig:
    """Return the settings of `apns_simulator`; override it to change them."""
    return SimulatorConfig()


@pytest.fixture(scope="session")
def apns_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the directory with `ca.pem`, which stays the same for the session."""
    return tmp_path_factory.mktemp("apns-simulator")


@pytest.fixture
def apns_simulator(apns_directory: Path, apns_key: ApnsKey, apns_config: SimulatorConfig) -> Iterator[ApnsSimulator]:
    """Run a simulator that knows `apns_key`, with nothing recorded yet and no faults."""
    key = ProviderKey.from_pem(apns_key.pem.encode(), apns_key.key_id, apns_key.team_id)
    with ApnsSimulator(apns_directory, [key], apns_config) as simulator:
        yield simulator
