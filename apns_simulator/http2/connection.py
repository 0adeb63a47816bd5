"""One HTTP/2 connection: turns frames into complete requests, and sends the responses."""

import asyncio
import json
import uuid

from h2.errors import ErrorCodes
from h2.events import (
    DataReceived,
    Event,
    PingReceived,
    RemoteSettingsChanged,
    RequestReceived,
    StreamEnded,
    StreamReset,
    WindowUpdated,
)
from h2.exceptions import ProtocolError
from h2.settings import SettingCodes

from apns_simulator.config import Environment
from apns_simulator.faults import MAX_STREAM_ID, How, LastStreamId, resolve
from apns_simulator.http2.fault_actions import perform
from apns_simulator.http2.h2_connection import ApnsH2Connection
from apns_simulator.http2.outgoing_bodies import OutgoingBodies
from apns_simulator.http2.stream_limit import StreamLimit
from apns_simulator.http2.wire import Wire
from apns_simulator.provider_token import ConnectionTokens
from apns_simulator.record import Ending
from apns_simulator.request import PushRequest
from apns_simulator.simulation import Decision, Simulation


class ApnsConnection(asyncio.Protocol):
    """Server side of a connection to one environment. Everything runs on the event loop."""

    def __init__(self, simulation: Simulation, environment: Environment) -> None:
        self._simulation = simulation
        self.environment = environment
        self._limit = StreamLimit(simulation.config)
        self._h2 = ApnsH2Connection(self._limit.current)
        self._bodies = OutgoingBodies(self._h2)
        self._tokens = ConnectionTokens()
        self._requests: dict[int, PushRequest] = {}
        self._decisions: dict[int, Decision] = {}
        self._last_stream_id = MAX_STREAM_ID
        self._close_when_drained = False
        self._ended = False

    # Incoming

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._wire = Wire(transport, when_done=self.flush)
        self.record = self._simulation.record.opened(self.environment, self._simulation.now_ms())
        self._simulation.connections.add(self)
        self._h2.answer_pings = self._simulation.config.answer_pings
        if transport.get_extra_info("ssl_object").selected_alpn_protocol() != "h2":
            self.end("fin")
            return
        self._h2.initiate_connection()
        self.record.settings_sent.append(_named(dict(self._h2.local_settings)))
        self.flush()

    def data_received(self, data: bytes) -> None:
        if self._ended:
            return
        try:
            events = self._h2.receive_data(data)
        except ProtocolError:
            self.end("fin")  # after h2's own GOAWAY, which names the client's error
            return
        for event in events:
            # A connection that has ended sends no responses, so it must not accept pushes either.
            if not self._ended:
                self._handle(event)
        self.flush()

    def connection_lost(self, exc: Exception | None) -> None:
        for stream_id in list(self._requests):
            self.drop(stream_id, "connection_lost")
        self._simulation.connections.discard(self)
        self._simulation.record.closed(self.record, self._simulation.now_ms())

    def _handle(self, event: Event) -> None:
        match event:
            case RequestReceived(stream_id=int(stream_id), headers=list(headers)):
                self._open(stream_id, [(_text(name), _text(value)) for name, value in headers])
            case DataReceived(stream_id=int(stream_id), data=bytes(data), flow_controlled_length=int(length)):
                self._h2.acknowledge_received_data(length, stream_id)
                if stream_id in self._requests:
                    self._requests[stream_id].add_body(data)
            case StreamEnded(stream_id=int(stream_id)) if stream_id in self._requests:
                self._complete(self._requests[stream_id])
            case StreamReset(stream_id=int(stream_id), remote_reset=bool(remote_reset)):
                self.record.resets_received += remote_reset
                self.drop(stream_id, "reset_by_client")
            case PingReceived():
                self.record.pings_received += 1
                self.record.pings_answered += self._h2.answer_pings
            case WindowUpdated() | RemoteSettingsChanged():
                self._bodies.resume()

    def _open(self, stream_id: int, headers: list[tuple[str, str]]) -> None:
        if stream_id > self._last_stream_id:
            self.record.streams_ignored += 1
        elif len(self._requests) >= self._limit.current:
            # Enforced at once, before the client has acknowledged the limit, as nghttp2 does.
            self.record.streams_refused += 1
            self._h2.reset_stream(stream_id, ErrorCodes.REFUSED_STREAM)
        else:
            self._requests[stream_id] = PushRequest(stream_id, headers, self._simulation.now_s())

    def _complete(self, request: PushRequest) -> None:
        decision = self._simulation.receive(request, self.record.id, self._tokens, self.environment)
        self.record.provider_tokens = len(self._tokens.seen)
        self._decisions[request.stream_id] = decision
        if decision.fault is not None and decision.fault.latency_ms:
            delay_s = decision.fault.latency_ms / 1000
            asyncio.get_running_loop().call_later(delay_s, self._perform_later, decision)
        elif self._h2.is_open(request.stream_id):  # the client's reset may have come in the same bytes
            perform(self, decision)

    def _perform_later(self, decision: Decision) -> None:
        if self.is_open(decision.push.stream_id):
            perform(self, decision)
            self.flush()

    # Outgoing

    @property
    def is_idle(self) -> bool:
        """Whether no stream is open."""
        return not self._requests

    def is_open(self, stream_id: int) -> bool:
        """Whether a response can still be sent on a stream."""
        return stream_id in self._requests

    def flush(self) -> None:
        """Send what is pending, and close the connection if it was only waiting for its last response."""
        if self._ended:
            return
        self._wire.write(self._h2.data_to_send())
        if self._close_when_drained and not (self._requests or self._bodies or self._wire.is_slow):
            self.end("fin")

    def respond(self, decision: Decision, *, trickle_ms: int = 0, header_bytes: int = 0) -> None:
        """Send the response to a push."""
        response, push = decision.response, decision.push
        headers = [(":status", str(response.status)), ("apns-id", push.apns_id)]
        if self.environment == "sandbox":
            headers.append(("apns-unique-id", str(uuid.uuid4())))
        if header_bytes:
            headers.append(("x-padding", "x" * header_bytes))
        if trickle_ms:
            self.flush()
        body = _body(decision)
        self._h2.send_headers(push.stream_id, headers, end_stream=not body)
        if body:
            self._bodies.send(push.stream_id, body)
        if trickle_ms:
            self._wire.trickle(self._h2.data_to_send(), trickle_ms / 1000)
        now_ms = self._simulation.now_ms()
        self._simulation.record.end(push, "answered", now_ms, response.status, response.reason)
        self._forget(push.stream_id)
        self._limit.follow_response(response.status, self._simulation.config)
        self._announce_limit()

    def keep_silent(self, decision: Decision) -> None:
        """Never respond to a push; its stream stays open."""
        self._simulation.record.end(decision.push, "silence", self._simulation.now_ms())

    def reset(self, stream_id: int, error_code: int, ending: Ending) -> None:
        """Send RST_STREAM."""
        self._h2.reset_stream(stream_id, error_code)
        self.drop(stream_id, ending)

    def drop(self, stream_id: int, ending: Ending) -> None:
        """Forget a stream without a response."""
        if decision := self._decisions.get(stream_id):
            self._simulation.record.end(decision.push, ending, self._simulation.now_ms())
        self._bodies.drop(stream_id)
        self._forget(stream_id)

    def go_away(
        self,
        last_stream_ids: list[LastStreamId],
        *,
        current: int | None = None,
        error_code: int = 0,
        reason: str | None = None,
        close_when_drained: bool = True,
    ) -> None:
        """Send a GOAWAY for each id.

        Streams above the last id end here. A push accepted there without a response no longer counts as accepted.
        """
        current = self._h2.highest_inbound_stream_id if current is None else current
        debug_data = b"" if reason is None else json.dumps({"reason": reason}).encode()
        for number in (resolve(last_id, current) for last_id in last_stream_ids):
            self._h2.close_connection(error_code, debug_data, number)
            self._last_stream_id = min(self._last_stream_id, number)
            self.record.goaways_sent += 1
        for stream_id in [stream_id for stream_id in self._requests if stream_id > self._last_stream_id]:
            if decision := self._decisions.get(stream_id):
                self._simulation.record.withdraw(decision.push)
            self.drop(stream_id, "goaway")
        self._close_when_drained = self._close_when_drained or close_when_drained

    def end(self, how: How) -> None:
        """End the connection; pending bytes are still sent before a FIN."""
        if self._ended:
            return
        self._ended = True
        for stream_id in list(self._requests):
            self.drop(stream_id, "closed")
        self._wire.write(self._h2.data_to_send())
        self._wire.end(how)
        self._simulation.connections.discard(self)

    def apply_config(self) -> None:
        """Apply changed settings."""
        self._h2.answer_pings = self._simulation.config.answer_pings
        self._announce_limit()
        self.flush()

    def _announce_limit(self) -> None:
        if self._limit.update(self._simulation.config):
            changed: dict[SettingCodes | int, int] = {SettingCodes.MAX_CONCURRENT_STREAMS: self._limit.current}
            self._h2.update_settings(changed)
            self.record.settings_sent.append(_named(changed))

    def _forget(self, stream_id: int) -> None:
        self._requests.pop(stream_id, None)
        self._decisions.pop(stream_id, None)


def _text(value: bytes | str) -> str:
    return value if isinstance(value, str) else value.decode(errors="replace")


def _named(settings: dict[SettingCodes | int, int]) -> dict[str, int]:
    return {SettingCodes(code).name: value for code, value in settings.items()}


def _body(decision: Decision) -> bytes:
    response = decision.response
    if response.body is not None:
        return response.body.encode()
    if response.reason is None:
        return b""
    content: dict[str, str | int] = {"reason": response.reason}
    if response.timestamp_ms is not None:
        content["timestamp"] = response.timestamp_ms
    return json.dumps(content).encode()
