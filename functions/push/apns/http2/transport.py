"""Which connection a request goes to: one pool for each provider token, with up to two connections each."""

import asyncio
import ssl
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from time import monotonic
from typing import Any

import httpx

from push.apns.http2.connection import Connection, ConnectionOwner
from push.apns.http2.dial import DialBudget, dial
from push.apns.http2.errors import NoTimeToSend, RequestNotSent, RequestReturned, ResponseTimeout
from push.apns.http2.exchange import Exchange, after_reading, fields_of
from push.apns.http2.idle_time import IdleTime
from shared.clock import Clock

MAX_CONNECTIONS = 2
# A request that has waited that long for a connection that moves nothing (an unproven one whose only stream is silent,
# one whose probe is not answered) is worth a second connection.
PATIENCE_S = 0.25
# A server that has refused a request so often will not take it.
MAX_RETURNS = 5

type Dial = Callable[[ConnectionOwner], Coroutine[Any, Any, Connection]]


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
        exchange = Exchange(fields_of(request, self._authority), await request.aread(), loop.create_future())
        pool = self._pool(next((value for name, value in exchange.fields if name == b"authorization"), b""))
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

    def _pool(self, authorization: bytes) -> "Pool":
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


class Pool:
    """The connections that carry one provider token, and the requests that wait for room on them.

    First come, first served. Everything runs on one event loop.

    A connection that is being opened is finished, although the request that asked for it has given up: the next one
    will need it.
    """

    def __init__(self, dial: Dial, budget: DialBudget) -> None:
        self._dial = dial
        self._budget = budget
        self._waiting: OrderedDict[Exchange, None] = OrderedDict()
        self._connections: list[Connection] = []
        self._dialing: asyncio.Task[None] | None = None
        self._patience: asyncio.TimerHandle | None = None
        self._is_finishing = False

    @property
    def is_finished(self) -> bool:
        return self._is_finishing and not (self._waiting or self._connections)

    def prepare(self) -> None:
        """For a request that will come soon: opens a connection, or finds out whether the one there still lives."""
        if not any(each.has_room() for each in self._connections):
            self._consider_dialing()

    def submit(self, exchange: Exchange) -> None:
        self._waiting[exchange] = None
        self._pump()

    def give_up(self, exchange: Exchange) -> bool:
        """Forgets an exchange that is not answered. False if the server certainly has not seen it."""
        if exchange in self._waiting:
            del self._waiting[exchange]
            was_written = False
        else:
            was_written = exchange.holder is not None and exchange.holder.give_up(exchange)
        self._pump()
        return was_written

    def expire_unsent(self, exchange: Exchange) -> None:
        """It was to be written by now."""
        holder = exchange.holder
        if exchange in self._waiting:
            del self._waiting[exchange]
        elif holder is None or exchange.response.done() or not holder.withdraw(exchange):
            return
        exchange.fail(NoTimeToSend("no connection had room for it in time"))
        self._pump()

    def expire(self, exchange: Exchange) -> None:
        """Its deadline has passed."""
        if exchange.response.done():
            return
        if self.give_up(exchange):
            exchange.fail(ResponseTimeout("no answer by the deadline"))
        else:
            exchange.fail(NoTimeToSend("no connection had room for it by the deadline"))

    def retire(self) -> None:
        """Uses only connections from here on that are opened from here on, if one may be opened now."""
        if self._budget.wait_s() > 0:
            return
        for connection in self._connections:
            connection.drain()
        self._pump()

    def finish(self) -> None:
        """Serves what is here, and closes."""
        self._is_finishing = True
        self._pump()

    async def close(self) -> None:
        """Fails what waits and closes at once."""
        self._fail(list(self._waiting), RequestNotSent("the transport was closed"))
        self._pump()
        for connection in self._connections:
            connection.close()
        await asyncio.gather(*(connection.closed for connection in self._connections))

    # For connections

    def changed(self) -> None:
        self._pump()

    def succeeded(self) -> None:
        self._budget.reset()

    def ended_in_order(self) -> None:
        self._budget.refund()

    def returned(self, exchanges: list[Exchange]) -> None:
        for exchange in reversed(exchanges):
            exchange.times_returned += 1
            if exchange.times_returned > MAX_RETURNS:
                exchange.fail(RequestReturned("the server has refused it several times"))
            elif not exchange.response.done():
                self._waiting[exchange] = None
                self._waiting.move_to_end(exchange, last=False)
        self._pump()

    # Inside

    def _pump(self) -> None:
        while self._waiting:
            connection = next((each for each in self._connections if each.has_room()), None)
            if connection is None:
                self._consider_dialing()
                return
            connection.start(self._waiting.popitem(last=False)[0])
        if self._is_finishing or any(not each.is_draining for each in self._connections):
            self._stop_dialing()
        if self._is_finishing:
            for connection in self._connections:
                connection.drain()

    def _consider_dialing(self) -> None:
        usable = [each for each in self._connections if not each.is_draining]
        if self._dialing is not None or len(usable) >= MAX_CONNECTIONS:
            return
        if all(each.is_full for each in usable):
            self._start_dialing()
        elif self._patience is None:
            self._patience = asyncio.get_running_loop().call_later(PATIENCE_S, self._lose_patience)

    def _lose_patience(self) -> None:
        self._patience = None
        if self._dialing is None and self._waiting:
            self._start_dialing()

    def _start_dialing(self) -> None:
        self._dialing = asyncio.get_running_loop().create_task(self._open())

    def _stop_dialing(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
        if self._dialing is not None:
            self._dialing.cancel()
            self._dialing = None

    async def _open(self) -> None:
        await asyncio.sleep(self._budget.wait_s())
        self._budget.spend()
        waited_for_it = list(self._waiting)
        try:
            connection = await self._dial(self)
        except RequestNotSent as error:
            self._dialing = None
            if not any(not each.is_draining for each in self._connections):
                # Not those that have come since: a freeze may lie between.
                self._fail(waited_for_it, error)
            self._pump()
            return
        self._dialing = None
        self._connections.append(connection)
        connection.closed.add_done_callback(lambda _: self._remove(connection))
        self._pump()

    def _remove(self, connection: Connection) -> None:
        self._connections.remove(connection)
        self._pump()

    def _fail(self, exchanges: list[Exchange], error: RequestNotSent) -> None:
        for exchange in exchanges:
            if self._waiting.pop(exchange, exchange) is None:
                exchange.fail(RequestNotSent(str(error)))
