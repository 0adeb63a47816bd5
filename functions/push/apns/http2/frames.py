"""Frames, as far as they must be known before jh2 sees them (RFC 9113, 4.1 and 6.8)."""

import json
from dataclasses import dataclass
from typing import Self

from push.apns.http2.errors import ProtocolViolation

# What we announce by announcing nothing (RFC 9113, 6.5.2).
MAX_FRAME_BYTES = 16_384
_HEADER_BYTES = 9
_GOAWAY = 0x7
_MAX_REASON_CHARS = 200


@dataclass(frozen=True, slots=True)
class GoAway:
    """The server ends the connection. It has not acted, and will not, on streams above `last_stream_id`."""

    last_stream_id: int
    error_code: int
    debug_data: bytes = b""

    @classmethod
    def parse(cls, payload: bytes) -> Self:
        """Raises `ProtocolViolation`."""
        if len(payload) < 8:
            raise ProtocolViolation("a GOAWAY frame is too short")
        last_stream_id = int.from_bytes(payload[:4]) & 0x7FFF_FFFF
        return cls(last_stream_id, int.from_bytes(payload[4:8]), payload[8:])

    @property
    def reason(self) -> str:
        """APNs puts `{"reason": …}` there; of anything else the beginning is shown."""
        text = self.debug_data.decode(errors="replace")
        try:
            reason = json.loads(text)["reason"]
        except (ValueError, TypeError, KeyError):
            reason = text
        return str(reason)[:_MAX_REASON_CHARS]


class FrameSplitter:
    """Takes GOAWAY frames out of a stream of bytes.

    jh2 and h2 refuse every frame after a GOAWAY, although the server still answers the streams it has accepted.
    """

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[bytes | GoAway]:
        """Runs of whole frames, and each GOAWAY at its place. Raises `ProtocolViolation`."""
        buffer = self._rest + data if self._rest else data
        pieces: list[bytes | GoAway] = []
        start = end = 0
        while (body := end + _HEADER_BYTES) <= len(buffer):
            length = int.from_bytes(buffer[end : end + 3])
            if length > MAX_FRAME_BYTES:
                raise ProtocolViolation("a frame is larger than we allow")
            if body + length > len(buffer):
                break
            if buffer[end + 3] == _GOAWAY:
                if end > start:
                    pieces.append(buffer[start:end])
                pieces.append(GoAway.parse(buffer[body : body + length]))
                start = body + length
            end = body + length
        if end > start:
            pieces.append(buffer if end - start == len(buffer) else buffer[start:end])
        self._rest = buffer[end:]
        return pieces
