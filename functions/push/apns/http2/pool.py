"""The connections to one origin that carry the same provider token, and the requests that wait for room on them."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from typing import Any

from push.apns.http2.connection import Connection, ConnectionOwner
from push.apns.http2.dial import DialBudget
from push.apns.http2.errors import NoTimeToSend, RequestNotSent, RequestReturned, ResponseTimeout
from push.apns.http2.exchange import Exchange

MAX_CONNECTIONS = 2
# A request that has waited that long for a connection that moves nothing (an unproven one whose only stream is silent,
# one whose probe is not answered) is worth a second connection.
PATIENCE_S = 0.25
# A server that has refused a request so often will not take it.
MAX_RETURNS = 5

type Dial = Callable[[ConnectionOwner], Coroutine[Any, Any, Connection]]


class Pool:
    """First come, first served. Everything runs on one event loop.

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
