"""What the authorizer's HTTP client takes, and what it says of the rest."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from threading import Event

import pytest

from apns_simulator.certificates import ensure_certificates
from authorizer.errors import NoAnswer
from authorizer.http_get import MAX_BYTES, HttpResponse, _hang_up, _tls, get
from tests.support.dripping import BYTES, dripping
from tests.support.jwks_server import JwksServer

HEADERS = {"accept": "application/json"}
ENDS_WITHIN_S = 10.0


@contextmanager
def threads_that_end() -> Iterator[None]:
    """Whatever threads are started in it end by themselves, and without an error."""
    failures: list[threading.ExceptHookArgs] = []
    before = set(threading.enumerate())
    former, threading.excepthook = threading.excepthook, failures.append
    try:
        yield
        started = set(threading.enumerate()) - before
        for thread in started:
            thread.join(ENDS_WITHIN_S)
    finally:
        threading.excepthook = former
    assert not any(thread.is_alive() for thread in started)
    assert failures == []


@pytest.fixture
def certified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The certificate of a server on this machine, which the functions trust."""
    ca_file, server_file = ensure_certificates(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(ca_file))
    _tls.cache_clear()
    yield server_file
    _tls.cache_clear()


def over_tls(issuer: JwksServer, certificate: Path) -> str:
    """Its URL then."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    issuer.socket = context.wrap_socket(issuer.socket, server_side=True)
    return issuer.url.replace("http:", "https:")


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


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_server_that_accepts_and_never_answers(scheme: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, threads_that_end():
        url = f"{scheme}://127.0.0.1:{silent.getsockname()[1]}/"
        with pytest.raises(NoAnswer, match=r"^TimeoutError$"):
            get(url, HEADERS, timeout_s=0.2)


def test_a_server_that_does_not_even_accept() -> None:
    with ExitStack() as stack:
        full = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())
        with threads_that_end(), pytest.raises(NoAnswer, match=r"^TimeoutError$"):
            get(f"http://127.0.0.1:{full.getsockname()[1]}/", HEADERS, timeout_s=0.2)


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


def test_a_host_without_a_path(issuer: JwksServer) -> None:
    issuer.publish()
    host = issuer.url.removesuffix("/jwks.json")

    for url in (host, f"{host}?client=1"):
        assert get(url, HEADERS, timeout_s=5).status == 200
    assert issuer.paths == ["/", "/?client=1"]


def test_a_server_sees_who_asks_and_that_nothing_more_will_be_asked(issuer: JwksServer) -> None:
    get(issuer.url, HEADERS, timeout_s=5)

    assert issuer.headers["user-agent"] == "cometchat-voip-push"
    assert issuer.headers["connection"] == "close"


def test_nobody_reads_on_beyond_the_limit(issuer: JwksServer) -> None:
    issuer.raw = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n" + b"x" * (MAX_BYTES + 1)

    with pytest.raises(NoAnswer, match=f"^more than {MAX_BYTES} bytes$"):
        get(issuer.url, HEADERS, timeout_s=5)


def test_a_server_with_a_certificate(issuer: JwksServer, certified: Path) -> None:
    issuer.publish()

    assert get(over_tls(issuer, certified), HEADERS, timeout_s=5) == HttpResponse(200, issuer.body)


@pytest.mark.usefixtures("certified")
def test_a_server_with_a_certificate_of_somebody_else(issuer: JwksServer, tmp_path: Path) -> None:
    _, others = ensure_certificates(tmp_path / "others")

    with pytest.raises(NoAnswer, match=r"^SSLCertVerificationError$"):
        get(over_tls(issuer, others), HEADERS, timeout_s=5)
    assert issuer.requests == 0


def test_hanging_up_ends_what_is_being_read_and_may_come_too_late() -> None:
    connection = HTTPConnection("127.0.0.1")
    _hang_up(connection)

    connection.sock, server = socket.socketpair()
    with server:
        with connection.sock:
            _hang_up(connection)
            assert server.recv(1) == b""
        _hang_up(connection)
