"""Which request goes to which connection, and when a connection is opened; no sockets."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, cast

import httpx
import pytest

from push.apns.http2 import pool as pool_module
from push.apns.http2.connection import Connection, ConnectionOwner
from push.apns.http2.errors import NoTimeToSend, RequestNotSent
from push.apns.http2.exchange import Exchange
from push.apns.http2.pool import MAX_RETURNS, Pool
from push.apns.http2.session import Response


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
        self.pool = Pool(self.dial)

    async def dial(self, owner: ConnectionOwner) -> Connection:
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
        world.submit(50)
        await turns()
        assert [len(connection.started) for connection in world.connections] == [10, 10]

    run(test)


def test_a_connection_that_allows_one_stream_is_waited_for_with_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool_module, "PATIENCE_S", 0.05)

    async def test() -> None:
        world = World(1, 1)
        world.submit(5)
        await turns()
        assert len(world.connections) == 1
        await asyncio.sleep(0.1)
        assert len(world.connections) == 2

    run(test)


def test_a_failed_dial_fails_all_that_wait_unless_there_is_another_connection() -> None:
    async def test() -> None:
        world = World(RequestNotSent("refused"), 2, RequestNotSent("refused"), 2)
        lost = world.submit(3)
        await turns()
        assert all(isinstance(exchange.response.exception(), RequestNotSent) for exchange in lost)
        exchanges = world.submit(3)
        await asyncio.sleep(0.2)
        assert not any(exchange.response.done() for exchange in exchanges)

    run(test)


def test_nothing_is_dialled_for_nobody() -> None:
    async def test() -> None:
        world = World(1)
        (exchange,) = world.submit()
        assert world.pool.give_up(exchange) is False
        await turns()
        assert world.connections == []

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
        await turns()
        assert [len(connection.started) for connection in world.connections] == [1, 1]

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
