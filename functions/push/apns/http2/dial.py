"""New connections: name look-up, TCP, TLS, ALPN."""

import asyncio
import socket
import ssl
from collections.abc import Callable

import httpx

from push.apns.http2.connection import Connection, speaks_http2
from push.apns.http2.errors import RequestNotSent

DIAL_TIMEOUT_S = 3.0
# Sends to a dead peer are noticed by the kernel in a good minute, when we are not frozen.
_KEEPALIVE_IDLE_S = 30
_KEEPALIVE_INTERVAL_S = 10
# A server that does not answer our TLS close must not keep the socket open.
_TLS_CLOSE_TIMEOUT_S = 1.0


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
