"""One connection: a socket, the requests that are on it, and whether it can be trusted."""

import asyncio
import logging
import select
import ssl
from typing import Protocol

from push.apns.http2.errors import ConnectionLost, ProtocolViolation, RequestNotSent, StreamReset
from push.apns.http2.exchange import Exchange, after_reading
from push.apns.http2.frames import GoAway
from push.apns.http2.idle_time import IdleTime
from push.apns.http2.session import REFUSED_STREAM, Pong, Reset, Response, Session

# A request that waits for a server that says nothing is worth a PING: a dead connection does not answer that either.
SILENCE_S = 1.0
# After that long without a word from the server a round trip is spent on a PING: NAT gateways and load balancers forget
# a silent connection after 350 s, a frozen environment may have missed its end, and Apple suggests it after an hour.
PROBE_AFTER_S = 5.0
PROBE_TIMEOUT_S = 1.0
_PROBE = b"alive?\0\0"

_log = logging.getLogger(__name__)


class ConnectionOwner(Protocol):
    """Who decides which request goes where."""

    def changed(self) -> None:
        """There may be more or less room."""

    def returned(self, exchanges: list[Exchange]) -> None:
        """The server certainly has not acted on these, and never will on this connection."""

    def succeeded(self) -> None:
        """A request was answered with 200."""

    def ended_in_order(self) -> None:
        """A connection that has served is being ended by the server (GOAWAY)."""


class Connection(asyncio.Protocol):
    """Takes requests while `has_room`. Nothing is written before the end of the loop's turn, then all in one write."""

    def __init__(self, owner: ConnectionOwner, idle: IdleTime) -> None:
        self._owner = owner
        self._idle = idle
        self._session = Session()
        self._starting: list[Exchange] = []
        self._exchanges: dict[int, Exchange] = {}
        self._flush_is_due = False
        self._is_paused = False
        self._is_reading = False
        self._in_doubt = False
        self._probe_timer: asyncio.TimerHandle | None = None
        self._silence_timer: asyncio.TimerHandle | None = None
        self.has_responded = False
        self.is_draining = False
        self.closed = asyncio.get_running_loop().create_future()

    # For the pool

    @property
    def is_full(self) -> bool:
        """All of many streams are taken. One that allows a single stream does so until its next accepted push."""
        return len(self._exchanges) + len(self._starting) >= self._session.stream_limit > 1

    @property
    def is_probing(self) -> bool:
        return self._probe_timer is not None

    @property
    def is_idle(self) -> bool:
        return not self._exchanges and not self._starting

    def has_room(self) -> bool:
        """Whether one more request can be started now. If that is in doubt, the answer is no until a probe says yes."""
        if self.is_draining or self._is_paused or self._is_reading or self.is_probing or self._transport.is_closing():
            return False
        if self._session.is_worn_out:
            self.drain()
            return False
        if self.is_idle and self._has_unread_input():
            self._read_first()
            return False
        if self._in_doubt or (self.is_idle and self._idle.seconds() >= PROBE_AFTER_S):
            self._probe()
            return False
        return len(self._exchanges) + len(self._starting) < self._session.stream_limit

    def start(self, exchange: Exchange) -> None:
        exchange.holder = self
        exchange.stream_id = 0
        self._starting.append(exchange)
        self._flush_soon()

    def withdraw(self, exchange: Exchange) -> bool:
        """Takes back a request that is not written yet. False if it is."""
        if exchange not in self._starting:
            return False
        self._starting.remove(exchange)
        return True

    def give_up(self, exchange: Exchange) -> bool:
        """Forgets a request, and tells the server if it has seen it. False if it was never written."""
        if self.withdraw(exchange):
            return False
        if self._exchanges.pop(exchange.stream_id, None) is None:
            return True  # answered in the same turn of the loop
        # Who did not answer this one in time may answer nothing any more.
        self._in_doubt = True
        self._session.cancel(exchange.stream_id)
        self._flush_soon()
        self._close_if_drained()
        return True

    def drain(self) -> None:
        """Takes no more requests and closes after the last answer."""
        self.is_draining = True
        self._close_if_drained()

    def close(self) -> None:
        """Takes leave at once."""
        self.is_draining = True
        self._transport.close()

    # For the event loop

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._readable = select.poll()
        self._readable.register(transport.get_extra_info("socket"), select.POLLIN)
        self._flush()

    def data_received(self, data: bytes) -> None:
        self._idle.reset()
        try:
            for event in self._session.receive(data):
                match event:
                    case Response():
                        if (exchange := self._exchanges.pop(event.stream_id, None)) is not None:
                            self.has_responded = True
                            if event.status == 200:
                                self._owner.succeeded()
                            exchange.succeed(event)
                    case Reset():
                        self._reset(event)
                    case GoAway():
                        self._go_away(event)
                    case Pong() if event.data == _PROBE:
                        self._trust()
        except ProtocolViolation as violation:
            _log.warning("APNs connection closed: %s", violation)
            self._flush()
            self.is_draining = True
            self._transport.abort()
            return
        self._watch_for_silence()
        self._flush_soon()
        self._close_if_drained()
        self._owner.changed()

    def pause_writing(self) -> None:
        self._is_paused = True

    def resume_writing(self) -> None:
        self._is_paused = False
        self._flush_soon()
        self._owner.changed()

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_draining = True
        self._trust()
        self._stop_watching()
        starting, self._starting = self._starting, []
        exchanges, self._exchanges = self._exchanges, {}
        for exchange in exchanges.values():
            exchange.fail(ConnectionLost("the connection ended before the answer"))
        self.closed.set_result(None)
        self._owner.returned(starting)

    # Inside

    def _flush_soon(self) -> None:
        if not self._flush_is_due:
            self._flush_is_due = True
            asyncio.get_running_loop().call_soon(self._flush)

    def _flush(self) -> None:
        self._flush_is_due = False
        if self._is_paused or self._transport.is_closing():
            return
        room = max(0, self._session.stream_limit - len(self._exchanges))
        starting, too_many = self._starting[:room], self._starting[room:]
        self._starting = []
        for exchange in starting:
            if not self._session.allows(exchange.fields):
                exchange.fail(RequestNotSent("its fields are larger than the server allows"))
                continue
            exchange.stream_id = self._session.request(exchange.fields, exchange.body)
            self._exchanges[exchange.stream_id] = exchange
        if data := self._session.output():
            self._transport.write(data)
            if self._transport.is_closing():  # it failed at once, so nothing of this has left
                too_many = [each for each in starting if self._exchanges.pop(each.stream_id, None)] + too_many
        if self._silence_timer is None:
            self._watch_for_silence()
        if too_many:
            self._owner.returned(too_many)

    def _reset(self, reset: Reset) -> None:
        exchange = self._exchanges.pop(reset.stream_id, None)
        if exchange is None:
            return
        if reset.error_code == REFUSED_STREAM:
            self._owner.returned([exchange])
        else:
            exchange.fail(StreamReset(reset.error_code))

    def _go_away(self, goaway: GoAway) -> None:
        level = logging.WARNING if goaway.error_code or goaway.debug_data else logging.INFO
        _log.log(level, "APNs ends a connection: %s (error code %d)", goaway.reason or "-", goaway.error_code)
        if self.has_responded and not self.is_draining:
            self._owner.ended_in_order()
        self.is_draining = True
        above = [stream_id for stream_id in self._exchanges if stream_id > goaway.last_stream_id]
        returned = [self._exchanges.pop(stream_id) for stream_id in above] + self._starting
        self._starting = []
        self._owner.returned(returned)

    def _has_unread_input(self) -> bool:
        return bool(self._readable.poll(0))

    def _read_first(self) -> None:
        """What waits on an idle connection may be its end: a FIN, a reset, a GOAWAY."""
        self._is_reading = True
        after_reading(self._has_read)

    def _has_read(self) -> None:
        self._is_reading = False
        self._owner.changed()

    def _watch_for_silence(self) -> None:
        """While requests wait for responses: counts from the server's last word, or from the first request."""
        self._stop_watching()
        if self._exchanges and not self.is_probing:
            self._silence_timer = asyncio.get_running_loop().call_later(SILENCE_S, after_reading, self._ask_if_alive)

    def _stop_watching(self) -> None:
        if self._silence_timer is not None:
            self._silence_timer.cancel()
            self._silence_timer = None

    def _ask_if_alive(self) -> None:
        if self._exchanges and not self.is_probing:
            self._probe()

    def _probe(self) -> None:
        self._probe_timer = asyncio.get_running_loop().call_later(PROBE_TIMEOUT_S, after_reading, self._probe_failed)
        self._session.ping(_PROBE)
        self._flush_soon()

    def _probe_failed(self) -> None:
        if self.is_probing:
            _log.info("an APNs connection is dead")
            self.is_draining = True
            self._transport.abort()

    def _trust(self) -> None:
        self._in_doubt = False
        if self._probe_timer is not None:
            self._probe_timer.cancel()
            self._probe_timer = None

    def _close_if_drained(self) -> None:
        if self.is_draining and self.is_idle and not self._transport.is_closing():
            self._flush()
            self._transport.close()


def speaks_http2(transport: asyncio.BaseTransport) -> bool:
    tls: ssl.SSLObject | None = transport.get_extra_info("ssl_object")
    return tls is not None and tls.selected_alpn_protocol() == "h2"
