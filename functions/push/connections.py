"""Connections to one APNs host, made of httpx transports.

Stock httpx can't be trusted with several requests on one HTTP/2 connection to APNs: it hangs for good when APNs lowers
the number of streams it allows, as it does after every 4xx. So each connection here carries one request at a time and
is thrown away at the first doubt.
"""

import asyncio
import ssl

import httpx

from shared.clock import Clock

MAX_CONNECTIONS = 8
# NAT gateways and load balancers forget a silent connection after 350 s.
MAX_IDLE_MS = 240_000


class _Connection:
    """One connection. It carries one provider token for its life, since APNs counts their changes."""

    def __init__(self, tls: ssl.SSLContext, authorization: str) -> None:
        self.authorization = authorization
        self.used_at_ms = 0
        self._transport = httpx.AsyncHTTPTransport(
            verify=tls, http1=False, http2=True, limits=httpx.Limits(max_connections=1, keepalive_expiry=None)
        )
        self._stream: object = None

    async def post(self, request: httpx.Request) -> httpx.Response:
        response = await self._transport.handle_async_request(request)
        await response.aread()
        self._stream = response.extensions.get("network_stream")
        return response

    def looks_alive(self) -> bool:
        """Anything to read on an idle connection is its end: a FIN, a reset or a GOAWAY."""
        stream = self._stream
        return stream is not None and not stream.get_extra_info("is_readable")  # type: ignore[attr-defined]

    async def close(self) -> None:
        await self._transport.aclose()


class Connections:
    """At most `MAX_CONNECTIONS` to one host, opened as they are needed and kept as long as they seem to live."""

    def __init__(self, url: str, tls: ssl.SSLContext, clock: Clock) -> None:
        self._url = url
        self._tls = tls
        self._clock = clock
        self._idle: list[_Connection] = []
        self._slots = asyncio.Semaphore(MAX_CONNECTIONS)
        self._generation = 0

    async def post(
        self, path: str, headers: dict[str, str], content: bytes, *, authorization: str, timeout_s: float
    ) -> httpx.Response:
        """One request, answered or given up within `timeout_s`.

        Raises `httpx.ConnectError` or `httpx.ConnectTimeout` when the request certainly was not sent, another
        `httpx.TransportError` or `TimeoutError` when it may have been.
        """
        request = httpx.Request(
            "POST",
            self._url + path,
            headers={**headers, "authorization": authorization},
            content=content,
            extensions={"timeout": {"connect": timeout_s, "read": timeout_s, "write": timeout_s, "pool": timeout_s}},
        )
        deadline = asyncio.get_running_loop().time() + timeout_s
        try:
            async with asyncio.timeout_at(deadline):
                await self._slots.acquire()
        except TimeoutError as error:
            raise httpx.ConnectTimeout("every connection is busy", request=request) from error
        try:
            async with asyncio.timeout_at(deadline):
                return await self._post_on_one(request, authorization)
        finally:
            self._slots.release()

    async def renew(self) -> None:
        """From here on only connections are used that are opened from here on."""
        self._generation += 1
        idle, self._idle = self._idle, []
        for connection in idle:
            await connection.close()

    async def _post_on_one(self, request: httpx.Request, authorization: str) -> httpx.Response:
        generation = self._generation
        connection = await self._take(authorization)
        try:
            response = await connection.post(request)
        except BaseException:
            await connection.close()
            raise
        if generation == self._generation:
            connection.used_at_ms = self._clock()
            self._idle.append(connection)
        else:
            await connection.close()
        return response

    async def _take(self, authorization: str) -> _Connection:
        while self._idle:
            connection = self._idle.pop()
            fresh = self._clock() - connection.used_at_ms < MAX_IDLE_MS
            if fresh and connection.authorization == authorization and connection.looks_alive():
                return connection
            await connection.close()
        return _Connection(self._tls, authorization)
