"""Nothing grows per push. The last 10,000 are measured here, 100,000 in `make bench`."""

import asyncio
from pathlib import Path

from apns_simulator.certificates import ensure_certificates
from tests.integration.http2.node_server import NodeServer
from tests.programs.bench.memory import WARM_UP_PUSHES, grow

PUSHES = 10_000


def test_memory_is_flat(certificates: Path) -> None:
    ca_file, server_pem = ensure_certificates(certificates)
    with NodeServer(server_pem) as node:
        grown = asyncio.run(grow(node.url, ca_file, "bearer token", warm_up=WARM_UP_PUSHES, pushes=PUSHES))
        assert node.tell()["connections"] == 1
    assert grown["accepted"] == WARM_UP_PUSHES + PUSHES
    assert grown["grown_bytes"] / PUSHES < 50
