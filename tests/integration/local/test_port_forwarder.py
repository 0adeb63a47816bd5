"""The way in for containers: from another address of this machine to what listens on 127.0.0.1."""

import socket
import sys
from collections.abc import Iterator

import httpx
import pytest

from local.sam_local import port_forwarder
from local.services.http_server import Response, serve

# Like that of Docker's bridge an address of this machine that is not 127.0.0.1, and one that is always there.
ADDRESS = "127.0.0.2"

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has 127.0.0.2 without being told")


@pytest.fixture
def port() -> Iterator[int]:
    """Of a server on 127.0.0.1."""
    with serve(lambda request: Response(200, {"path": request.path, "bytes": len(request.body)})) as url:
        yield httpx.URL(url).port or 0


def test_what_is_asked_there_is_answered_by_what_listens_here(port: int) -> None:
    with port_forwarder.opened(ADDRESS, [port]), httpx.Client(trust_env=False) as client:
        answers = [client.post(f"http://{ADDRESS}:{port}/{n}", content=b"x" * 200_000).json() for n in range(3)]

    assert answers == [{"path": f"/{n}", "bytes": 200_000} for n in range(3)]


def test_it_is_closed_afterwards(port: int) -> None:
    with port_forwarder.opened(ADDRESS, [port]):
        pass

    with socket.socket() as probe:
        assert probe.connect_ex((ADDRESS, port)) != 0


def test_where_nothing_listens_nobody_answers() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        with (
            port_forwarder.opened(ADDRESS, [port]),
            httpx.Client(trust_env=False) as client,
            pytest.raises(httpx.TransportError),
        ):
            client.get(f"http://{ADDRESS}:{port}/")


def test_a_port_that_is_taken_is_an_error(port: int) -> None:
    with (
        port_forwarder.opened(ADDRESS, [port]),
        pytest.raises(OSError, match="in use"),
        port_forwarder.opened(ADDRESS, [port]),
    ):
        pass
