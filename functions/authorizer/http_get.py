"""HTTP GET with the standard library, because importing httpx would slow down every cold start.

`http.client` follows no redirects and knows no proxies: only the configured host is trusted, and none of the functions'
other clients uses a proxy.
"""

import socket
import ssl
from collections.abc import Mapping
from concurrent.futures import Future, InvalidStateError
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import cache
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from threading import Thread
from urllib.parse import urlsplit

from authorizer.errors import NoAnswer

MAX_BYTES = 262_144
USER_AGENT = "cometchat-voip-push"


@dataclass(frozen=True, slots=True)
class HttpResponse:
    status: int
    body: bytes


def get(url: str, headers: Mapping[str, str], *, timeout_s: float) -> HttpResponse:
    """The complete response, within `timeout_s` however slowly it comes. Raises `NoAnswer`.

    It is read in a thread: nothing else bounds the look-up of a name, or a server that sends a byte a second.
    """
    connection = _connection(url, timeout_s)
    response: Future[HttpResponse] = Future()
    Thread(target=_read, args=(connection, url, headers, response), daemon=True).start()
    try:
        return response.result(timeout_s)
    except TimeoutError as error:
        if not response.cancel():
            _hang_up(connection)
        raise NoAnswer(type(error).__name__) from error
    # ValueErrors come from responses that are not HTTP.
    except (OSError, HTTPException, ValueError) as error:
        raise NoAnswer(type(error).__name__) from error


def _connection(url: str, timeout_s: float) -> HTTPConnection:
    """Over TLS, or to this machine: the configuration accepts nothing else."""
    parts = urlsplit(url)
    if parts.scheme == "http":
        return HTTPConnection(parts.netloc, timeout=timeout_s)
    return HTTPSConnection(parts.netloc, timeout=timeout_s, context=_tls())


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def _read(connection: HTTPConnection, url: str, headers: Mapping[str, str], result: Future[HttpResponse]) -> None:
    try:
        with closing(connection):
            connection.connect()
            if result.set_running_or_notify_cancel():
                result.set_result(_exchange(connection, url, headers))
    except Exception as error:
        # Nobody may be waiting any more.
        with suppress(InvalidStateError):
            result.set_exception(error)


def _exchange(connection: HTTPConnection, url: str, headers: Mapping[str, str]) -> HttpResponse:
    parts = urlsplit(url)
    target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    connection.request("GET", target, headers={"user-agent": USER_AGENT, "connection": "close", **headers})
    with connection.getresponse() as response:
        body = response.read(MAX_BYTES + 1)
        if len(body) > MAX_BYTES:
            raise NoAnswer(f"more than {MAX_BYTES} bytes")
        return HttpResponse(response.status, body)


def _hang_up(connection: HTTPConnection) -> None:
    """Wakes the thread that reads, which then ends."""
    # The thread may be closing it just now.
    sock = connection.sock
    if sock is not None:
        with suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)
