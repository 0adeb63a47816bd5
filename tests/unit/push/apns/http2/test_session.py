"""The protocol without a socket, against h2's server side in memory."""

from collections.abc import Sequence
from typing import Any

import pytest
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import DataReceived, Event, RequestReceived, StreamEnded, StreamReset
from h2.settings import SettingCodes, Settings
from hyperframe.frame import RstStreamFrame

from push.apns.http2.errors import ProtocolViolation
from push.apns.http2.frames import GoAway
from push.apns.http2.session import MAX_STREAMS, REFUSED_STREAM, Pong, Reset, Response, Session, SessionEvent

FIELDS = [(b":method", b"POST"), (b":scheme", b"https"), (b":path", b"/3/device/a1"), (b":authority", b"apns")]


class Peer:
    """A session and the server that it talks to."""

    def __init__(self, **settings: int) -> None:
        self.session = Session()
        self.server = H2Connection(H2Configuration(client_side=False))
        values = {SettingCodes[name]: value for name, value in settings.items()}
        self.server.local_settings = Settings(client=False, initial_values=values)
        self.server.initiate_connection()
        self.to_server()

    def to_server(self) -> list[Event]:
        """What the server makes of what the session has to say."""
        return self.server.receive_data(self.session.output())

    def to_client(self) -> list[SessionEvent]:
        return self.session.receive(self.server.data_to_send())

    def response(self, stream_id: int, status: int = 200, body: bytes = b"") -> list[SessionEvent]:
        self.server.send_headers(stream_id, [(":status", str(status))], end_stream=not body)
        if body:
            self.server.send_data(stream_id, body, end_stream=True)
        return self.to_client()


def of[E: Event](kind: type[E], events: Sequence[Event]) -> list[E]:
    return [event for event in events if isinstance(event, kind)]


def request(peer: Peer, body: bytes = b"{}", fields: Sequence[tuple[bytes, bytes]] = ()) -> int:
    return peer.session.request([*FIELDS, *fields], body)


def test_a_request_and_its_answer() -> None:
    peer = Peer()
    stream_id = request(peer, b"{}", [(b"apns-topic", b"com.example.voip")])
    events = peer.to_server()
    assert dict(of(RequestReceived, events)[0].headers)[b"apns-topic"] == b"com.example.voip"
    assert [event.data for event in of(DataReceived, events)] == [b"{}"]
    (response,) = peer.response(stream_id, 400, b'{"reason":"x"}')
    assert response == Response(stream_id, 400, [], b'{"reason":"x"}')
    assert peer.session.open_streams == 0


def test_one_stream_until_the_server_says_more() -> None:
    peer = Peer(MAX_CONCURRENT_STREAMS=500)
    assert peer.session.stream_limit == 1
    peer.to_client()
    assert peer.session.stream_limit == 500
    for limit in (1, 0, 2**31):
        peer.server.update_settings({SettingCodes.MAX_CONCURRENT_STREAMS: limit})
        peer.to_client()
        assert peer.session.stream_limit == min(limit, MAX_STREAMS)


def test_settings_and_pings_are_answered() -> None:
    peer = Peer()
    peer.server.ping(b"12345678")
    peer.to_client()
    names = [type(event).__name__ for event in peer.to_server()]
    assert names == ["SettingsAcknowledged", "PingAckReceived"]


def test_our_ping_is_answered() -> None:
    peer = Peer()
    peer.session.ping(b"12345678")
    peer.to_server()
    assert peer.to_client() == [Pong(b"12345678")]


@pytest.mark.parametrize("max_frame_bytes", [16_384, 20_000])
def test_a_body_obeys_windows_and_frame_size(max_frame_bytes: int) -> None:
    peer = Peer(INITIAL_WINDOW_SIZE=1_000, MAX_FRAME_SIZE=max_frame_bytes)
    peer.server.max_inbound_frame_size = max_frame_bytes
    peer.to_client()
    request(peer, body := b"0123456789" * 5_000)
    received = b"".join(event.data for event in of(DataReceived, peer.to_server()))
    assert received == body[:1_000]
    peer.server.increment_flow_control_window(3_000, 1)
    peer.to_client()
    received += b"".join(event.data for event in of(DataReceived, peer.to_server()))
    assert received == body[:4_000]
    peer.server.update_settings({SettingCodes.INITIAL_WINDOW_SIZE: 60_000})
    peer.to_client()
    events = peer.to_server()
    assert received + b"".join(event.data for event in of(DataReceived, events)) == body
    assert max(len(event.data) for event in of(DataReceived, events)) <= max_frame_bytes
    assert len(of(StreamEnded, events)) == 1


def test_cancelling_resets_the_stream_and_ignores_what_crosses_it() -> None:
    peer = Peer()
    peer.to_client()
    stream_id = request(peer)
    peer.to_server()
    peer.session.cancel(stream_id)
    assert peer.session.open_streams == 0
    cancel = peer.session.output()
    assert cancel == RstStreamFrame(stream_id, error_code=8).serialize()
    assert peer.response(stream_id, 400, b"x" * 100) == []
    peer.server.receive_data(cancel)
    next_id = request(peer)
    peer.to_server()
    assert [type(event) for event in peer.response(next_id)] == [Response]


def test_a_refused_and_a_reset_stream() -> None:
    peer = Peer()
    first, second = request(peer), request(peer)
    peer.to_server()
    peer.server.reset_stream(first, ErrorCodes.REFUSED_STREAM)
    peer.server.reset_stream(second, ErrorCodes.INTERNAL_ERROR)
    assert peer.to_client() == [Reset(first, REFUSED_STREAM), Reset(second, 2)]


def test_answers_after_a_goaway_are_read() -> None:
    peer = Peer()
    stream_id = request(peer)
    peer.to_server()
    goaway = b"\x00\x00\x08\x07\x00\x00\x00\x00\x00" + stream_id.to_bytes(4) + bytes(4)
    peer.server.send_headers(stream_id, [(":status", "200")], end_stream=True)
    events = peer.session.receive(goaway + goaway + peer.server.data_to_send())
    assert events == [GoAway(stream_id, 0), GoAway(stream_id, 0), Response(stream_id, 200, [], b"")]


def test_an_answer_before_the_request_was_complete_frees_the_stream() -> None:
    peer = Peer(INITIAL_WINDOW_SIZE=10)
    peer.to_client()
    stream_id = request(peer, b"x" * 100)
    peer.to_server()
    (response,) = peer.response(stream_id, 413)
    assert isinstance(response, Response)
    assert response.status == 413
    assert len(of(StreamReset, peer.to_server())) == 1


def test_fields_beyond_what_the_server_takes() -> None:
    peer = Peer(MAX_HEADER_LIST_SIZE=300)
    assert peer.session.allows([(b"x", b"y" * 300)])
    peer.to_client()
    assert not peer.session.allows([(b"x", b"y" * 300)])
    assert peer.session.allows(FIELDS)


@pytest.mark.parametrize("garbage", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x00\x00\x00\x00\x00\x00\x00\x00\x05"])
def test_what_is_not_http2_is_a_violation(garbage: bytes) -> None:
    with pytest.raises(ProtocolViolation):
        Session().receive(garbage)


def test_what_varies_does_not_drive_the_token_out_of_the_compression_table() -> None:
    """From the second push on the header block is small, and stays so."""
    peer = Peer()
    peer.to_client()
    peer.to_server()
    sizes = []
    for number in range(500):
        fields: list[Any] = [
            (b":method", b"POST"),
            (b":scheme", b"https"),
            (b":path", b"/3/device/" + f"{number:064x}".encode()),
            (b":authority", b"api.push.apple.com"),
            (b"authorization", b"bearer " + b"x" * 250),
            (b"apns-topic", b"com.example.app.voip"),
            (b"apns-expiration", str(1_700_000_000 + number).encode()),
            (b"apns-id", f"{number:036}".encode()),
        ]
        stream_id = peer.session.request(fields, b"")
        data = peer.session.output()
        sizes.append(len(data))
        peer.server.receive_data(data)
        peer.response(stream_id)
    assert max(sizes[1:]) < 150
    assert sizes[0] > 350


def test_closed_streams_are_forgotten() -> None:
    peer = Peer()
    peer.to_client()
    for _ in range(300):
        stream_id = request(peer)
        peer.to_server()
        peer.response(stream_id)
    assert peer.session.open_streams == 0
    assert len(peer.session._h2.streams) < 64


def test_a_connection_wears_out_long_before_its_stream_ids_end() -> None:
    session = Session()
    assert not session.is_worn_out
    session._h2.highest_outbound_stream_id = 2**30 + 1
    assert session.is_worn_out
