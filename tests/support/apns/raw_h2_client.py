"""An HTTP/2 client that does nothing by itself but acknowledge SETTINGS, and shows every frame it gets.

Written on frames (hyperframe, hpack), not on h2, so that it shares no code with the simulator and goes on after GOAWAY.
"""

import json
import socket
import ssl
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from hpack import Decoder, Encoder
from hyperframe.frame import (
    ContinuationFrame,
    DataFrame,
    Frame,
    GoAwayFrame,
    HeadersFrame,
    PingFrame,
    RstStreamFrame,
    SettingsFrame,
    WindowUpdateFrame,
)

_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_FRAME_HEADER_BYTES = 9
Headers = Iterable[tuple[str, str | bytes]]


class StreamResetError(Exception):
    """The server reset the stream."""

    def __init__(self, error_code: int) -> None:
        super().__init__(f"RST_STREAM {error_code}")
        self.error_code = error_code


@dataclass
class RawResponse:
    """A complete answer."""

    headers: dict[str, str]
    body: bytes = b""

    @property
    def status(self) -> int:
        """HTTP status."""
        return int(self.headers[":status"])

    @property
    def reason(self) -> str | None:
        """Apple's reason, None without a body."""
        return json.loads(self.body)["reason"] if self.body else None


@dataclass
class _Stream:
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    ends_with_headers: bool = False
    ended: bool = False
    reset: int | None = None


class RawH2Client:
    """One blocking connection.

    Attributes:
        settings: the server's latest value of each setting, by number.
        frames: every frame received, in order.
        read_sizes: bytes got by each read from the TLS layer.
    """

    def __init__(self, url: str, ca_file: Path, *, timeout_s: float = 5.0, settings: dict[int, int] | None = None):
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "", parts.port or 443
        context = ssl.create_default_context(cafile=str(ca_file))
        context.set_alpn_protocols(["h2"])
        tcp = socket.create_connection((self._host, self._port), timeout=timeout_s)
        self.tls = context.wrap_socket(tcp, server_hostname=self._host)
        self._encoder, self._decoder = Encoder(), Decoder()
        self._streams: dict[int, _Stream] = {}
        self._next_stream_id = 1
        self._buffer = b""
        self._block = b""
        self.settings: dict[int, int] = {}
        self.frames: list[Frame] = []
        self.read_sizes: list[int] = []
        self.tls.sendall(_PREFACE + SettingsFrame(settings=settings or {}).serialize())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the socket."""
        self.tls.close()

    def send(self, *frames: Frame) -> None:
        """Send frames in one write."""
        self.tls.sendall(b"".join(frame.serialize() for frame in frames))

    def start(self, path: str, headers: Headers, body: bytes = b"", method: str = "POST") -> int:
        """Send a request and return its stream id."""
        stream_id = self._next_stream_id
        self.send(*self.request_frames(stream_id, path, headers, body, method))
        return stream_id

    def request_frames(self, stream_id: int, path: str, headers: Headers, body: bytes, method: str) -> list[Frame]:
        """Return the frames of a request, its headers encoded for the next place on this connection."""
        self._streams[stream_id] = _Stream()
        self._next_stream_id = max(self._next_stream_id, stream_id + 2)
        pseudo = [(":method", method), (":scheme", "https"), (":path", path), (":authority", self._host)]
        block = self._encoder.encode([*pseudo, *headers])
        frames: list[Frame] = [HeadersFrame(stream_id, data=block, flags=["END_HEADERS"])]
        chunks = [body[start : start + 16384] for start in range(0, len(body), 16384)] or [b""]
        frames += [DataFrame(stream_id, data=chunk) for chunk in chunks]
        frames[-1].flags.add("END_STREAM")
        return frames

    def response(self, stream_id: int) -> RawResponse:
        """Read until a stream is answered.

        Raises:
            StreamResetError, EOFError, ConnectionResetError, TimeoutError.
        """
        stream = self._streams[stream_id]
        while not stream.ended:
            if stream.reset is not None:
                raise StreamResetError(stream.reset)
            self.read_frame()
        return RawResponse(stream.headers, stream.body)

    def is_answered(self, stream_id: int) -> bool:
        """Whether the answer has been read."""
        return self._streams[stream_id].ended

    def wait_for[F: Frame](self, kind: type[F], matches: Callable[[F], bool] = lambda _: True) -> F:
        """Read until such a frame arrives and return it; one that was read before counts."""
        seen = 0
        while True:
            for frame in self.frames[seen:]:
                if isinstance(frame, kind) and matches(frame):
                    return frame
            seen = len(self.frames)
            self.read_frame()

    def reset(self, stream_id: int) -> None:
        """Give a stream up (CANCEL)."""
        self.send(RstStreamFrame(stream_id, error_code=8))

    def open_window(self, stream_id: int, size_bytes: int) -> None:
        """Let the server send more of an answer's body."""
        self.send(WindowUpdateFrame(stream_id, window_increment=size_bytes))

    def wait_for_goaway(self) -> tuple[int, int, Any]:
        """Return (last stream id, error code, debug data as JSON) of the first GOAWAY."""
        frame = self.wait_for(GoAwayFrame)
        return frame.last_stream_id, frame.error_code, json.loads(frame.additional_data or b"null")

    def ping(self) -> None:
        """Send a PING and read until its acknowledgement, so that everything sent before it has arrived."""
        self.send(PingFrame(opaque_data=b"12345678"))
        acknowledged = len(self._acknowledgements())
        while len(self._acknowledgements()) == acknowledged:
            self.read_frame()

    def wait_for_end(self) -> None:
        """Read until the server ends the connection; ConnectionResetError if it does so with an RST."""
        try:
            while True:
                self.read_frame()
        except EOFError:
            return

    def read_frame(self) -> Frame:
        """Read the next frame and take note of it."""
        frame, length = Frame.parse_frame_header(memoryview(self._read(_FRAME_HEADER_BYTES)))
        frame.parse_body(memoryview(self._read(length)))
        self.frames.append(frame)
        stream = self._streams.get(frame.stream_id)
        match frame:
            case SettingsFrame() if "ACK" not in frame.flags:
                self.settings |= frame.settings
                self.send(SettingsFrame(flags=["ACK"]))
            case HeadersFrame() | ContinuationFrame():
                self._read_headers(frame, self._streams[frame.stream_id])
            case DataFrame() if stream is not None:
                stream.body += frame.data
                stream.ended = "END_STREAM" in frame.flags
            case RstStreamFrame() if stream is not None:
                stream.reset = frame.error_code
        return frame

    def _read_headers(self, frame: HeadersFrame | ContinuationFrame, stream: _Stream) -> None:
        self._block += frame.data
        stream.ends_with_headers |= "END_STREAM" in frame.flags
        if "END_HEADERS" in frame.flags:
            stream.headers = {str(name): str(value) for name, value in self._decoder.decode(self._block)}
            stream.ended = stream.ends_with_headers
            self._block = b""

    def _acknowledgements(self) -> list[Frame]:
        return [frame for frame in self.frames if isinstance(frame, PingFrame) and "ACK" in frame.flags]

    def _read(self, length: int) -> bytes:
        while len(self._buffer) < length:
            data = self.tls.recv(65536)
            if not data:
                raise EOFError("the server has closed the connection")
            self.read_sizes.append(len(data))
            self._buffer += data
        data, self._buffer = self._buffer[:length], self._buffer[length:]
        return data
