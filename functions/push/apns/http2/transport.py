"""httpx's view of the client."""

import asyncio
import ssl
from collections.abc import Callable
from time import monotonic

import httpx

from push.apns.http2.connection import Connection, ConnectionOwner
from push.apns.http2.dial import DialBudget, dial
from push.apns.http2.exchange import Exchange, after_reading
from push.apns.http2.idle_time import IdleTime
from push.apns.http2.pool import Pool
from push.apns.http2.session import Fields
from shared.clock import Clock

# Not forwarded in HTTP/2 (RFC 9113, 8.2.2); Host becomes :authority.
_CONNECTION_FIELDS = frozenset((b"host", b"connection", b"keep-alive", b"transfer-encoding", b"upgrade"))


class Http2Transport(httpx.AsyncBaseTransport):
    """HTTP/2 to the one origin of `url`, from the event loop of the first request.

    Deadlines, in seconds from the call: `request.extensions["timeout"]["read"]`, which must be there, for the complete
    response, and `["pool"]`, if any, by when the request must have been written to a connection.
    `request.extensions["target"]` (bytes), if any, is the path instead of the URL's.

    A connection carries one value of the `authorization` field for its life, since APNs counts the provider tokens on
    it: a request with another value goes to a new connection, and the old ones close when they have no more to do.

    Raises the errors in `push.apns.http2.errors`. A request that the server has certainly not acted on is sent again
    while its deadline allows; one whose outcome is unknown is not.
    """

    def __init__(
        self, url: str, tls: ssl.SSLContext, wall_ms: Clock, monotonic_s: Callable[[], float] = monotonic
    ) -> None:
        self._url = httpx.URL(url)
        self._authority = self._url.netloc
        tls.set_alpn_protocols(["h2"])
        self._tls = tls
        self._wall_ms = wall_ms
        self._monotonic_s = monotonic_s
        self._pools: dict[bytes, Pool] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        loop = asyncio.get_running_loop()
        fields = self._fields(request)
        pool = self._pool(next((value for name, value in fields if name == b"authorization"), b""))
        exchange = Exchange(fields, await request.aread(), loop.create_future())
        timeout = request.extensions["timeout"]
        timers = [loop.call_later(timeout["read"], after_reading, pool.expire, exchange)]
        if "pool" in timeout:
            timers.append(loop.call_later(timeout["pool"], after_reading, pool.expire_unsent, exchange))
        pool.submit(exchange)
        try:
            response = await exchange.response
        except asyncio.CancelledError:
            if exchange.response.cancelled():  # and not answered in the same turn of the loop
                pool.give_up(exchange)
            raise
        except httpx.TransportError as error:
            error.request = request
            raise
        finally:
            for timer in timers:
                timer.cancel()
        return httpx.Response(
            response.status,
            headers=response.fields,
            content=response.body,
            extensions={"http_version": b"HTTP/2", "stream_id": response.stream_id},
        )

    def prepare(self, authorization: str) -> None:
        """Sees to a connection for a request that will come soon with this value of the `authorization` field."""
        self._pool(authorization.encode()).prepare()

    def renew(self) -> None:
        """Uses new connections from here on, if the budget allows one now; the old ones finish what they have."""
        for pool in self._pools.values():
            pool.retire()

    async def aclose(self) -> None:
        for pool in self._pools.values():
            await pool.close()
        self._pools.clear()

    def _pool(self, authorization: bytes) -> Pool:
        pool = self._pools.get(authorization)
        if pool is None:
            for other in self._pools.values():
                other.finish()
            self._pools = {token: other for token, other in self._pools.items() if not other.is_finished}
            pool = self._pools[authorization] = Pool(self._dial, DialBudget(self._idle_time()))
        return pool

    async def _dial(self, owner: ConnectionOwner) -> Connection:
        return await dial(self._url, self._tls, lambda: Connection(owner, self._idle_time()))

    def _idle_time(self) -> IdleTime:
        return IdleTime(self._wall_ms, self._monotonic_s)

    def _fields(self, request: httpx.Request) -> Fields:
        fields = [
            (b":method", request.method.encode()),
            (b":scheme", b"https"),
            (b":path", request.extensions.get("target") or request.url.raw_path),
            (b":authority", self._authority),
        ]
        for name, value in request.headers.raw:
            if (lower := name.lower()) not in _CONNECTION_FIELDS:
                fields.append((lower, value))
        return fields
