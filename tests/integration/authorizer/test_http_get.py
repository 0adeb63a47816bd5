"""What the authorizer's HTTP client takes, and what it says of the rest."""

import socket
from threading import Event

import pytest

from authorizer.errors import NoAnswer
from authorizer.http_get import MAX_BYTES, HttpResponse, get
from tests.support.dripping import BYTES, dripping
from tests.support.jwks_server import JwksServer

HEADERS = {"accept": "application/json"}


@pytest.mark.parametrize("status", [200, 404, 500])
def test_an_answer_up_to_the_limit(issuer: JwksServer, status: int) -> None:
    issuer.status, issuer.body = status, b"x" * MAX_BYTES

    assert get(issuer.url, HEADERS, timeout_s=5) == HttpResponse(status, b"x" * MAX_BYTES)


@pytest.mark.parametrize("status", [200, 404])
def test_an_answer_beyond_the_limit(issuer: JwksServer, status: int) -> None:
    issuer.status, issuer.body = status, b"x" * (MAX_BYTES + 1)

    with pytest.raises(NoAnswer, match=f"^more than {MAX_BYTES} bytes$"):
        get(issuer.url, HEADERS, timeout_s=5)


@pytest.mark.parametrize(
    ("raw", "what"),
    [
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhalf", "IncompleteRead"),
        (b"no HTTP", "BadStatusLine"),
        (b"", "RemoteDisconnected"),
    ],
)
def test_half_an_answer_or_none(issuer: JwksServer, raw: bytes, what: str) -> None:
    issuer.raw = raw

    with pytest.raises(NoAnswer, match=f"^{what}$"):
        get(issuer.url, HEADERS, timeout_s=5)


def test_a_server_that_accepts_and_never_answers() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        pytest.raises(NoAnswer, match=r"^TimeoutError$"),
    ):
        get(f"http://127.0.0.1:{silent.getsockname()[1]}/", HEADERS, timeout_s=0.2)


@pytest.mark.parametrize(
    "head", [f"HTTP/1.1 200 OK\r\nContent-Length: {BYTES}\r\n\r\n".encode(), b"HTTP/1.1 200 OK\r\n"]
)
def test_a_server_that_sends_a_byte_now_and_then_gets_no_more_time(head: bytes) -> None:
    """In the body, and in the headers. Nobody goes on reading either."""
    hung_up = Event()

    with dripping(head, hung_up) as url, pytest.raises(NoAnswer, match=r"^TimeoutError$"):
        get(url, HEADERS, timeout_s=0.5)

    assert hung_up.is_set()


def test_the_query_is_asked_for(issuer: JwksServer) -> None:
    issuer.publish()

    assert get(f"{issuer.url}?client=1", HEADERS, timeout_s=5).status == 200
    assert issuer.paths == ["/jwks.json?client=1"]


def test_nobody_there() -> None:
    with pytest.raises(NoAnswer, match=r"^ConnectionRefusedError$"):
        get("http://127.0.0.1:1/", HEADERS, timeout_s=5)
