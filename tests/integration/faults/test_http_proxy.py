"""The proxy does on the wire what a fault says."""

import http.client
import json
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from local.services.http_server import Request, Response, serve
from tests.programs.faults.cell import Kind
from tests.programs.faults.http_proxy import HttpFault, HttpProxy

GIVE_UP_S = 0.5


@pytest.fixture
def reached() -> list[str]:
    """The paths that the service behind the proxy was asked for."""
    return []


@pytest.fixture
def proxy(reached) -> Iterator[HttpProxy]:
    def response(request: Request) -> Response:
        reached.append(request.path)
        return Response(200, {"it": "works"})

    with serve(response) as url, HttpProxy(url) as running:
        yield running


def get(proxy: HttpProxy, path: str = "/") -> tuple[int, object]:
    connection = http.client.HTTPConnection(urlsplit(proxy.url).netloc, timeout=GIVE_UP_S)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    finally:
        connection.close()


def switch_on(proxy: HttpProxy, kind: Kind, **options: int) -> None:
    proxy.switch_on(HttpFault(kind, lambda operation, _: operation != "/well", (429, {}), **options))


WORKS = (200, {"it": "works"})


@pytest.mark.parametrize(
    ("kind", "error", "is_processed"),
    [
        (Kind.REFUSED, ConnectionRefusedError, False),
        (Kind.RESET, ConnectionResetError, False),
        (Kind.HANGS, TimeoutError, True),
        (Kind.STALLS, TimeoutError, True),
        (Kind.SLOW_1_S, TimeoutError, True),
        (Kind.MALFORMED, ValueError, True),
    ],
)
def test_what_the_client_sees_and_whether_it_was_processed(proxy, reached, kind, error, is_processed):
    switch_on(proxy, kind)
    with pytest.raises(error):
        get(proxy)
    assert reached == ["/"] * is_processed
    proxy.switch_off()
    assert get(proxy) == WORKS


def test_an_error_lasts_until_it_is_switched_off(proxy, reached):
    switch_on(proxy, Kind.THROTTLED)
    assert [get(proxy), get(proxy)] == [(429, {})] * 2
    proxy.switch_off()
    assert (get(proxy), reached) == (WORKS, ["/"])


def test_wrong_once(proxy):
    switch_on(proxy, Kind.WRONG_ONCE, limit=1)
    assert [get(proxy)[0], get(proxy)[0]] == [500, 200]


def test_the_first_requests_pass(proxy):
    switch_on(proxy, Kind.THROTTLED, skip=1)
    assert [get(proxy)[0], get(proxy)[0]] == [200, 429]


def test_a_refusal_after_the_first_request_ends_open_connections(proxy):
    switch_on(proxy, Kind.REFUSED, skip=1)
    connection = http.client.HTTPConnection(urlsplit(proxy.url).netloc, timeout=GIVE_UP_S)
    connection.request("GET", "/")
    assert connection.getresponse().read()
    connection.request("GET", "/")
    with pytest.raises((ConnectionResetError, http.client.RemoteDisconnected)):
        connection.getresponse()
    with pytest.raises(ConnectionRefusedError):
        get(proxy)


def test_other_requests_pass(proxy):
    switch_on(proxy, Kind.RESET)
    assert get(proxy, "/well") == WORKS
