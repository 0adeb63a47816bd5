"""One request on its way to its answer."""

from asyncio import Future, get_running_loop
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import httpx

from push.apns.http2.session import Fields, Response

# Not forwarded in HTTP/2 (RFC 9113, 8.2.2); Host becomes :authority.
_CONNECTION_FIELDS = frozenset((b"host", b"connection", b"keep-alive", b"transfer-encoding", b"upgrade"))


class Holder(Protocol):
    """The connection that an exchange is on."""

    def withdraw(self, exchange: "Exchange") -> bool:
        """Takes it back if it is not written yet. False if it is."""

    def give_up(self, exchange: "Exchange") -> bool:
        """Forgets it and resets its stream. False if it was never written."""


@dataclass(slots=True, eq=False)
class Exchange:
    """`times_returned` counts how often it certainly was not acted on."""

    fields: Fields
    body: bytes
    response: Future[Response]
    holder: Holder | None = None
    stream_id: int = 0
    times_returned: int = 0

    def succeed(self, response: Response) -> None:
        if not self.response.done():
            self.response.set_result(response)

    def fail(self, error: httpx.TransportError) -> None:
        if not self.response.done():
            self.response.set_exception(error)


def fields_of(request: httpx.Request, authority: bytes) -> Fields:
    """The request line and the headers as HTTP/2 has them (RFC 9113, 8.3.1)."""
    return [
        (b":method", request.method.encode()),
        (b":scheme", b"https"),
        (b":path", request.extensions.get("target") or request.url.raw_path),
        (b":authority", authority),
        *((lower, value) for name, value in request.headers.raw if (lower := name.lower()) not in _CONNECTION_FIELDS),
    ]


def after_reading[*Ts](act: Callable[[*Ts], object], *args: *Ts) -> None:
    """For timers: they are late after a freeze, and what the sockets have got meanwhile must be read before they count.

    asyncio polls its sockets once in each turn.
    """
    loop = get_running_loop()
    loop.call_soon(lambda: loop.call_soon(act, *args))
