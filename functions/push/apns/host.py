"""One of APNs' two hosts."""

import ssl

import httpx

from push.apns.http2 import Http2Transport
from shared.clock import Clock

RENEW_AT_MOST_EVERY_MS = 1_000


class ApnsHost:
    """Posts to one host, over connections that are opened as they are needed and kept as long as they live."""

    def __init__(self, url: str, tls: ssl.SSLContext, clock: Clock) -> None:
        self._url = httpx.URL(url)
        self._transport = Http2Transport(url, tls, clock)
        self._clock = clock
        self._renewed_at_ms = 0

    async def post(
        self, path: str, headers: dict[str, str], content: bytes, *, authorization: str, timeout_s: float
    ) -> httpx.Response:
        """One request, answered or given up within `timeout_s`.

        Raises `httpx.ConnectError` or `httpx.ConnectTimeout` when APNs certainly has not acted on it, another
        `httpx.TransportError` when it may have.
        """
        # The path has the device token in it: outside the URL it is in no log, and httpx has nothing to parse.
        request = httpx.Request(
            "POST",
            self._url,
            headers={**headers, "authorization": authorization},
            content=content,
            extensions={"target": path.encode(), "timeout": {"read": timeout_s}},
        )
        return await self._transport.handle_async_request(request)

    async def renew(self) -> None:
        """From here on only connections are used that are opened from here on.

        Pushes that were refused together ask for it together, and once is enough: Apple takes rapid connecting and
        disconnecting for an attack.
        """
        if self._clock() - self._renewed_at_ms >= RENEW_AT_MOST_EVERY_MS:
            self._renewed_at_ms = self._clock()
            self._transport.renew()
