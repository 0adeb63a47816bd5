"""New connections: when one may be opened, then name look-up, TCP, TLS and ALPN."""

import asyncio
import socket
import ssl
from collections.abc import Callable

import httpx

from push.apns.http2.connection import Connection, speaks_http2
from push.apns.http2.errors import RequestNotSent
from push.apns.http2.idle_time import IdleTime

DIAL_TIMEOUT_S = 3.0
# Apple takes rapid connecting and disconnecting for an attack ("Sending notification requests to APNs").
DIAL_DELAYS_S = (0.0, 0.1, 1.0)
MAX_DIAL_DELAY_S = 10.0
# Sends to a dead peer are noticed by the kernel in a good minute, when we are not frozen.
_KEEPALIVE_IDLE_S = 30
_KEEPALIVE_INTERVAL_S = 10
# A server that does not answer our TLS close must not keep the socket open.
_TLS_CLOSE_TIMEOUT_S = 1.0


class DialBudget:
    """How often a connection may be opened: at once, after 0.1 s, after 1 s, then every 10 s, until a push is accepted.

    A connection that takes the place of one that the server has ended in good order costs nothing.
    """

    def __init__(self, since_last: IdleTime) -> None:
        self._since_last = since_last
        self._dials = 0

    def wait_s(self) -> float:
        """How long until the next connection may be opened."""
        if self._dials == 0:
            return 0.0
        delay_s = DIAL_DELAYS_S[self._dials] if self._dials < len(DIAL_DELAYS_S) else MAX_DIAL_DELAY_S
        return max(0.0, delay_s - self._since_last.seconds())

    def spend(self) -> None:
        self._dials += 1
        self._since_last.reset()

    def refund(self) -> None:
        """The connection has served, and the server has ended it in good order."""
        self._dials = max(0, self._dials - 1)

    def reset(self) -> None:
        """A push was accepted."""
        self._dials = 0


async def dial(url: httpx.URL, tls: ssl.SSLContext, new_connection: Callable[[], Connection]) -> Connection:
    """Opens a connection. The name is looked up each time, since Apple asks for it. Raises `RequestNotSent`."""
    try:
        async with asyncio.timeout(DIAL_TIMEOUT_S):
            transport, connection = await asyncio.get_running_loop().create_connection(
                new_connection,
                url.host,
                url.port or 443,
                ssl=tls,
                ssl_shutdown_timeout=_TLS_CLOSE_TIMEOUT_S,
                happy_eyeballs_delay=0.25,
            )
    except (OSError, UnicodeError) as error:  # TimeoutError, ssl.SSLError and socket.gaierror are OSErrors
        raise RequestNotSent(f"no connection to {url.host}: {type(error).__name__}: {error}") from error
    if not speaks_http2(transport):
        transport.abort()
        raise RequestNotSent(f"{url.host} does not speak HTTP/2 (ALPN)")
    _keep_alive(transport.get_extra_info("socket"))
    return connection


def _keep_alive(sock: socket.socket) -> None:
    """asyncio has set TCP_NODELAY already."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if hasattr(socket, "TCP_KEEPIDLE"):  # not on macOS
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, _KEEPALIVE_IDLE_S)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, _KEEPALIVE_INTERVAL_S)
