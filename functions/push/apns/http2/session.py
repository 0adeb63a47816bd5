"""One HTTP/2 connection as a protocol, without a socket: jh2, and what it leaves to do."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from jh2.config import H2Configuration  # type: ignore[import-untyped]
from jh2.connection import H2Connection  # type: ignore[import-untyped]
from jh2.errors import ErrorCodes  # type: ignore[import-untyped]
from jh2.events import (  # type: ignore[import-untyped]
    DataReceived,
    Event,
    PingAckReceived,
    RemoteSettingsChanged,
    ResponseReceived,
    StreamEnded,
    StreamReset,
    WindowUpdated,
)
from jh2.exceptions import ProtocolError  # type: ignore[import-untyped]
from jh2.hpack import HeaderTuple, NeverIndexedHeaderTuple  # type: ignore[import-untyped]
from jh2.settings import SettingCodes, Settings  # type: ignore[import-untyped]

from push.apns.http2.errors import ProtocolViolation
from push.apns.http2.frames import FrameSplitter, GoAway

type Fields = Sequence[tuple[bytes, bytes]]

# APNs allows about as many; a server that says nothing allows any number.
MAX_STREAMS = 1_000
# APNs' answers are below 200 bytes.
MAX_RESPONSE_BYTES = 65_536
REFUSED_STREAM = int(ErrorCodes.REFUSED_STREAM)
# A connection is replaced long before its stream ids (31 bits) run out.
_LAST_STREAM_ID = 2**30
# Different for each push: in the compression table they would only drive out what repeats, above all the token.
_VARYING = frozenset((b":path", b"apns-id", b"apns-expiration", b"content-length"))


@dataclass(frozen=True, slots=True)
class Response:
    """A complete answer to a stream."""

    stream_id: int
    status: int
    fields: Fields
    body: bytes


@dataclass(frozen=True, slots=True)
class Reset:
    stream_id: int
    error_code: int


@dataclass(frozen=True, slots=True)
class Pong:
    """The answer to our PING."""

    data: bytes


type SessionEvent = Response | Reset | Pong | GoAway


@dataclass(slots=True)
class _Stream:
    unsent: bytes = b""
    fields: Fields = ()
    body: bytearray = field(default_factory=bytearray)


class Session:
    """Client side. `stream_limit` is how many streams may be open now."""

    def __init__(self) -> None:
        self._h2 = _Jh2()
        self._h2.initiate_connection()
        self._splitter = FrameSplitter()
        self._streams: dict[int, _Stream] = {}
        # Nothing is allowed for certain until the server's first SETTINGS; one stream always was.
        self.stream_limit = 1

    @property
    def open_streams(self) -> int:
        return len(self._streams)

    @property
    def is_worn_out(self) -> bool:
        return bool(self._h2.highest_outbound_stream_id >= _LAST_STREAM_ID)

    def allows(self, fields: Fields) -> bool:
        """Whether the fields are within the size that the server takes (RFC 9113, 6.5.2: 32 bytes more for each)."""
        limit = self._h2.remote_settings.max_header_list_size
        return limit is None or sum(len(name) + len(value) + 32 for name, value in fields) <= limit

    def request(self, fields: Fields, body: bytes) -> int:
        """Sends a request and returns its stream id; what the windows do not allow yet is sent when they do."""
        stream_id: int = self._h2.get_next_available_stream_id()
        # jh2 looks at the streams that it counts before it opens one more, and `stream_limit` was looked at before.
        self._h2.send_headers(stream_id, [_indexed(*pair) for pair in fields], end_stream=not body)
        self._streams[stream_id] = stream = _Stream(unsent=body)
        self._h2.in_flight = len(self._streams)
        if body:
            self._send_body(stream_id, stream)
        return stream_id

    def cancel(self, stream_id: int) -> None:
        """Resets a stream; what still comes on it is ignored."""
        self._forget(stream_id)
        self._h2.reset_stream(stream_id, ErrorCodes.CANCEL)

    def ping(self, data: bytes) -> None:
        self._h2.ping(data)

    def output(self) -> bytes:
        """What is to be written now."""
        data: bytes = self._h2.data_to_send()
        return data

    def receive(self, data: bytes) -> list[SessionEvent]:
        """Raises `ProtocolViolation`; then `output` has the GOAWAY that says so."""
        events: list[SessionEvent] = []
        for piece in self._splitter.feed(data):
            if isinstance(piece, GoAway):
                events.append(piece)
                continue
            try:
                received = self._h2.receive_data(piece)
            except ProtocolError as error:
                raise ProtocolViolation(str(error)) from error
            for event in received:
                if (ours := self._handle(event)) is not None:
                    events.append(ours)
        return events

    def _handle(self, event: Event) -> SessionEvent | None:
        match event:
            case ResponseReceived():
                if (stream := self._streams.get(event.stream_id)) is not None:
                    stream.fields = event.headers
            case DataReceived():
                return self._take_data(event)
            case StreamEnded():
                return self._response(event.stream_id)
            case StreamReset():
                if self._forget(event.stream_id) is not None:
                    return Reset(event.stream_id, int(event.error_code))
            case RemoteSettingsChanged():
                self.stream_limit = min(MAX_STREAMS, self._h2.remote_settings.max_concurrent_streams)
                self._send_bodies()
            case WindowUpdated():
                self._send_bodies()
            case PingAckReceived():
                return Pong(event.ping_data)
        return None

    def _take_data(self, event: DataReceived) -> Reset | None:
        self._h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        stream = self._streams.get(event.stream_id)
        if stream is None:
            return None
        stream.body += event.data
        if len(stream.body) <= MAX_RESPONSE_BYTES:
            return None
        self.cancel(event.stream_id)
        return Reset(event.stream_id, int(ErrorCodes.CANCEL))

    def _response(self, stream_id: int) -> SessionEvent | None:
        stream = self._forget(stream_id)
        if stream is None:
            return None
        if stream.unsent:  # the server has seen enough of the request
            self._h2.reset_stream(stream_id, ErrorCodes.NO_ERROR)
        status = next((value for name, value in stream.fields if name == b":status"), b"")
        if not status.isdigit():
            return Reset(stream_id, int(ErrorCodes.PROTOCOL_ERROR))
        fields = [(name, value) for name, value in stream.fields if not name.startswith(b":")]
        return Response(stream_id, int(status), fields, bytes(stream.body))

    def _forget(self, stream_id: int) -> _Stream | None:
        stream = self._streams.pop(stream_id, None)
        self._h2.in_flight = len(self._streams)
        return stream

    def _send_bodies(self) -> None:
        for stream_id, stream in self._streams.items():
            if stream.unsent:
                self._send_body(stream_id, stream)

    def _send_body(self, stream_id: int, stream: _Stream) -> None:
        while body := stream.unsent:
            size = min(len(body), self._h2.local_flow_control_window(stream_id), self._h2.max_outbound_frame_size)
            if size <= 0:
                return
            stream.unsent = body[size:]
            self._h2.send_data(stream_id, body[:size], end_stream=size == len(body))


class _Jh2(H2Connection):  # type: ignore[misc]
    # Each closed stream is remembered, so that frames that cross our RST_STREAM are no error; 65,536 would be 6 MB.
    MAX_CLOSED_STREAMS = 2**13

    def __init__(self) -> None:
        # Our own fields need no checks, and APNs' are taken as they come.
        super().__init__(
            H2Configuration(
                client_side=True,
                header_encoding=None,
                validate_outbound_headers=False,
                normalize_outbound_headers=False,
                validate_inbound_headers=False,
                normalize_inbound_headers=False,
            )
        )
        self.local_settings = Settings(
            client=True,
            initial_values={
                SettingCodes.ENABLE_PUSH: 0,
                SettingCodes.MAX_HEADER_LIST_SIZE: self.DEFAULT_MAX_HEADER_LIST_SIZE,
            },
        )
        self.in_flight = 0

    @property
    def open_outbound_streams(self) -> int:
        """Counted by us: jh2 walks over all streams whenever one is opened. It then also forgets closed ones."""
        if len(self.streams) > 2 * self.in_flight + 32:
            self._open_streams(1)
        return self.in_flight


def _indexed(name: bytes, value: bytes) -> HeaderTuple:
    return NeverIndexedHeaderTuple(name, value) if name in _VARYING else HeaderTuple(name, value)
