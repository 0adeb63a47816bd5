"""What is written when, and what certainly was not; on a transport that only takes notes."""

import asyncio
import socket
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import RequestReceived
from h2.settings import SettingCodes

from push.apns.http2.connection import Connection
from push.apns.http2.errors import ConnectionLost
from push.apns.http2.exchange import Exchange
from push.apns.http2.idle_time import IdleTime

FIELDS = [(b":method", b"POST"), (b":scheme", b"https"), (b":path", b"/"), (b":authority", b"apns")]


class NotingTransport(asyncio.Transport):
    """Fails at the first write once it is broken, as a socket does after an RST."""

    def __init__(self) -> None:
        super().__init__()
        self.socket, self._peer = socket.socketpair()
        self.written: list[bytes] = []
        self.is_broken = False
        self.closing = False

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return {"socket": self.socket}.get(name, default)

    def write(self, data: Any) -> None:
        self.closing = self.closing or self.is_broken
        if not self.closing:
            self.written.append(data)

    def is_closing(self) -> bool:
        return self.closing

    def close(self) -> None:
        self.closing = True

    abort = close

    def release(self) -> None:
        self.socket.close()
        self._peer.close()


class World:
    """A connection, and the server behind its transport, which allows 100 streams."""

    def __init__(self) -> None:
        self.came_back: list[Exchange] = []
        self.connection = Connection(self, IdleTime(lambda: 0, lambda: 0.0))
        self.transport = NotingTransport()
        self.connection.connection_made(self.transport)
        self.server = H2Connection(H2Configuration(client_side=False))
        self.server.initiate_connection()
        self.say()

    def changed(self) -> None: ...

    def returned(self, exchanges: list[Exchange]) -> None:
        self.came_back += exchanges

    def start(self, count: int = 1) -> list[Exchange]:
        exchanges = [Exchange(FIELDS, b"{}", asyncio.get_running_loop().create_future()) for _ in range(count)]
        for exchange in exchanges:
            self.connection.start(exchange)
        return exchanges

    def say(self) -> None:
        self.connection.data_received(self.server.data_to_send())

    def requests_written(self) -> int:
        events = self.server.receive_data(b"".join(self.transport.written))
        self.transport.written.clear()
        return sum(isinstance(event, RequestReceived) for event in events)


type Test = Callable[[World], Coroutine[Any, Any, None]]


def in_a_loop(test: Test) -> Callable[[], None]:
    def run() -> None:
        async def main() -> None:
            world = World()
            await asyncio.sleep(0)
            world.requests_written()
            await test(world)
            world.transport.release()

        asyncio.run(main())

    return run


@in_a_loop
async def test_many_requests_are_one_write(world: World) -> None:
    world.start(50)
    assert world.transport.written == []
    await asyncio.sleep(0)
    assert len(world.transport.written) == 1
    assert world.requests_written() == 50


@in_a_loop
async def test_what_could_not_be_written_comes_back(world: World) -> None:
    exchanges = world.start(3)
    world.transport.is_broken = True
    await asyncio.sleep(0)
    assert world.came_back == exchanges
    world.connection.connection_lost(ConnectionResetError())
    assert not any(exchange.response.done() for exchange in exchanges)


@in_a_loop
async def test_what_was_not_written_yet_comes_back_when_the_connection_is_lost(world: World) -> None:
    written = world.start(2)
    await asyncio.sleep(0)
    unwritten = world.start(3)
    world.connection.connection_lost(None)
    assert world.came_back == unwritten
    for exchange in written:
        with pytest.raises(ConnectionLost):
            exchange.response.result()


@in_a_loop
async def test_a_request_given_up_before_it_was_written_never_is(world: World) -> None:
    (exchange,) = world.start()
    assert world.connection.give_up(exchange) is False
    await asyncio.sleep(0)
    assert world.requests_written() == 0


@in_a_loop
async def test_a_limit_lowered_before_they_were_written_sends_the_rest_back(world: World) -> None:
    exchanges = world.start(5)
    world.server.update_settings({SettingCodes.MAX_CONCURRENT_STREAMS: 2})
    world.say()
    await asyncio.sleep(0)
    assert world.came_back == exchanges[2:]
    assert world.requests_written() == 2


@in_a_loop
async def test_nothing_is_started_or_written_while_the_socket_takes_no_more(world: World) -> None:
    world.connection.pause_writing()
    assert not world.connection.has_room()
    world.start()
    await asyncio.sleep(0)
    assert world.transport.written == []
    world.connection.resume_writing()
    await asyncio.sleep(0)
    assert world.requests_written() == 1


@in_a_loop
async def test_input_that_waits_on_an_idle_connection_is_read_before_it_is_used(world: World) -> None:
    assert world.connection.has_room()
    world.transport._peer.send(b"x")
    assert not world.connection.has_room()
    world.transport.socket.recv(1)
    assert not world.connection.has_room()
    for _ in range(3):
        await asyncio.sleep(0)
    assert world.connection.has_room()


@in_a_loop
async def test_a_violation_ends_the_connection(world: World) -> None:
    world.start()
    await asyncio.sleep(0)
    world.connection.data_received(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    assert world.transport.is_closing()
    assert not world.connection.has_room()
