"""Which request goes to which connection, and when a connection is opened; no sockets."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, cast

import httpx
import pytest

from push.apns.http2 import transport as transport_module
from push.apns.http2.connection import Connection, ConnectionOwner
from push.apns.http2.dial import DialBudget
from push.apns.http2.errors import NoTimeToSend, RequestNotSent
from push.apns.http2.exchange import Exchange
from push.apns.http2.idle_time import IdleTime
from push.apns.http2.session import Response
from push.apns.http2.transport import MAX_RETURNS, Pool


class FakeConnection:
    """Room for `streams` requests."""

    def __init__(self, owner: ConnectionOwner, streams: int) -> None:
        self.owner = owner
        self.streams = streams
        self.is_draining = False
        self.has_responded = False
        self.started: list[Exchange] = []
        self.closed = asyncio.get_running_loop().create_future()

    @property
    def is_full(self) -> bool:
        return len(self.started) >= self.streams > 1

    def has_room(self) -> bool:
        return not self.is_draining and len(self.started) < self.streams

    def start(self, exchange: Exchange) -> None:
        exchange.holder = self
        self.started.append(exchange)

    def withdraw(self, exchange: Exchange) -> bool:
        return False

    def give_up(self, exchange: Exchange) -> bool:
        self.started.remove(exchange)
        return True

    def response(self, exchange: Exchange) -> None:
        self.started.remove(exchange)
        self.has_responded = True
        exchange.succeed(Response(1, 200, (), b""))
        self.owner.changed()

    def drain(self) -> None:
        self.is_draining = True
        if not self.started and not self.closed.done():
            self.closed.set_result(None)


class World:
    """A pool whose next connections allow so many streams; an exception is a dial that fails."""

    def __init__(self, *dials: int | Exception) -> None:
        self.dials = list(dials)
        self.connections: list[FakeConnection] = []
        self.now_s = 0.0
        self.dialed_at_s: list[float] = []
        self.pool = Pool(self.dial, DialBudget(IdleTime(lambda: 0, lambda: self.now_s)))

    async def dial(self, owner: ConnectionOwner) -> Connection:
        self.dialed_at_s.append(self.now_s)
        await asyncio.sleep(0)
        streams = self.dials.pop(0)
        if isinstance(streams, Exception):
            raise streams
        self.connections.append(FakeConnection(owner, streams))
        return cast(Connection, self.connections[-1])

    def submit(self, count: int = 1) -> list[Exchange]:
        exchanges = [Exchange((), b"", asyncio.get_running_loop().create_future()) for _ in range(count)]
        for exchange in exchanges:
            self.pool.submit(exchange)
        return exchanges


async def turns(count: int = 20) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


def run(test: Callable[[], Awaitable[Any]]) -> None:
    async def main() -> None:
        await test()

    asyncio.run(main())


def test_first_come_first_served() -> None:
    async def test() -> None:
        world = World(1)
        first, second, third = world.submit(3)
        await turns()
        (connection,) = world.connections
        for exchange in (first, second, third):
            assert connection.started == [exchange]
            connection.response(exchange)

    run(test)


def test_what_comes_back_goes_first_and_in_order() -> None:
    async def test() -> None:
        world = World(3)
        exchanges = world.submit(5)
        await turns()
        (connection,) = world.connections
        back, connection.started = connection.started, []
        connection.streams = 4
        world.pool.returned(back)
        assert connection.started == exchanges[:4]

    run(test)


def test_what_always_comes_back_was_not_sent() -> None:
    async def test() -> None:
        world = World(1)
        (exchange,) = world.submit()
        await turns()
        for _ in range(MAX_RETURNS + 1):
            assert not exchange.response.done()
            world.connections[0].started.clear()
            world.pool.returned([exchange])
        assert isinstance(exchange.response.exception(), RequestNotSent)

    run(test)


def test_a_second_connection_only_when_the_first_is_full_and_never_a_third() -> None:
    async def test() -> None:
        world = World(10, 10, 10)
        world.submit(10)
        await turns()
        assert len(world.connections) == 1
        world.now_s += 0.1
        world.submit(50)
        await turns()
        assert [len(connection.started) for connection in world.connections] == [10, 10]

    run(test)


def test_a_connection_that_allows_one_stream_is_waited_for_with_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport_module, "PATIENCE_S", 0.05)

    async def test() -> None:
        world = World(1, 1)
        world.submit(5)
        await turns()
        assert len(world.connections) == 1
        world.now_s += 0.1
        await asyncio.sleep(0.1)
        assert len(world.connections) == 2

    run(test)


def test_a_failed_dial_fails_all_that_wait_unless_there_is_another_connection() -> None:
    async def test() -> None:
        world = World(RequestNotSent("refused"), 2, RequestNotSent("refused"), 2)
        lost = world.submit(3)
        await turns()
        assert all(isinstance(exchange.response.exception(), RequestNotSent) for exchange in lost)
        world.now_s += 0.1
        exchanges = world.submit(3)
        await turns()
        assert not any(exchange.response.done() for exchange in exchanges)

    run(test)


def test_a_failed_dial_does_not_fail_those_who_came_later() -> None:
    async def test() -> None:
        world = World(RequestNotSent("died in a freeze"), 2)
        (early,) = world.submit()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert world.dialed_at_s
        world.now_s += 60
        (late,) = world.submit()
        await turns()
        assert isinstance(early.response.exception(), RequestNotSent)
        assert world.connections[0].started == [late]

    run(test)


def test_a_dial_is_finished_though_its_request_has_given_up() -> None:
    async def test() -> None:
        world = World(1)
        (exchange,) = world.submit()
        assert world.pool.give_up(exchange) is False
        await turns()
        (later,) = world.submit()
        assert world.connections[0].started == [later]

    run(test)


def test_a_connection_is_opened_for_a_request_that_will_come() -> None:
    async def test() -> None:
        world = World(1)
        world.pool.prepare()
        world.pool.prepare()
        await turns()
        (exchange,) = world.submit()
        assert world.connections[0].started == [exchange]
        assert len(world.dialed_at_s) == 1

    run(test)


def test_a_server_that_is_out_of_order_is_dialled_after_0_and_0_1_and_1_and_then_every_10_s(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def test() -> None:
        world = World(*[RequestNotSent("refused")] * 5)
        wait = asyncio.sleep

        async def sleep(seconds: float) -> None:
            world.now_s += seconds
            await wait(0)

        monkeypatch.setattr(asyncio, "sleep", sleep)
        for _ in range(5):
            world.submit()
            for _ in range(20):
                await wait(0)
        assert world.dialed_at_s == pytest.approx([0, 0.1, 1.1, 11.1, 21.1])

    run(test)


def test_an_accepted_push_makes_the_next_connection_free() -> None:
    async def test() -> None:
        world = World(RequestNotSent("refused"), 1, 1)
        world.submit()
        await turns()
        world.now_s += 0.1
        world.submit()
        await turns()
        world.pool.succeeded()
        world.pool.retire()
        world.submit()
        await turns()
        assert len(world.connections) == 2

    run(test)


def test_a_connection_that_the_server_ends_in_order_costs_nothing() -> None:
    budget = DialBudget(IdleTime(lambda: 0, lambda: 0.0))
    budget.spend()
    budget.refund()

    assert budget.wait_s() == 0


def test_what_is_not_written_in_time_was_not_sent() -> None:
    async def test() -> None:
        world = World(1)
        written, waiting = world.submit(2)
        await turns()
        world.pool.expire_unsent(waiting)
        world.pool.expire_unsent(written)
        assert isinstance(waiting.response.exception(), NoTimeToSend)
        assert not written.response.done()

    run(test)


def test_a_deadline_says_whether_it_was_written() -> None:
    async def test() -> None:
        world = World(1)
        written, waiting = world.submit(2)
        await turns()
        world.pool.expire(waiting)
        assert isinstance(waiting.response.exception(), NoTimeToSend)
        world.pool.expire(written)
        assert isinstance(written.response.exception(), httpx.ReadTimeout)

    run(test)


def test_a_retired_connection_gets_nothing_new() -> None:
    async def test() -> None:
        world = World(10, 10)
        world.submit(1)
        await turns()
        world.pool.retire()
        world.submit(1)
        assert [len(connection.started) for connection in world.connections] == [2], "no new one may be opened yet"
        world.pool.succeeded()
        world.pool.retire()
        world.submit(1)
        await turns()
        assert [len(connection.started) for connection in world.connections] == [2, 1]

    run(test)


def test_a_finishing_pool_serves_what_waits_and_is_over() -> None:
    async def test() -> None:
        world = World(1)
        first, second = world.submit(2)
        await turns()
        world.pool.finish()
        (connection,) = world.connections
        connection.response(first)
        assert not connection.is_draining or connection.started == [second]
        connection.response(second)
        connection.drain()
        await turns()
        assert world.pool.is_finished

    run(test)
