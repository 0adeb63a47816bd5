"""An issuer that publishes its keys over HTTP."""

from collections.abc import Iterator
from threading import Thread

import pytest

from tests.support.jwks_server import JwksServer


@pytest.fixture
def issuer() -> Iterator[JwksServer]:
    with JwksServer() as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        yield server
        server.shutdown()
