"""Writing to a TLS transport, slowly if asked to, and the two ways to end a TCP connection."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import Callable

from apns_simulator.faults import How

_LINGER_ZERO = struct.pack("ii", 1, 0)


class Wire:
    """Writes to a transport. After `trickle`, writes slowly until nothing is left, then calls `when_done`."""

    def __init__(self, transport: asyncio.Transport, when_done: Callable[[], None]) -> None:
        self._transport = transport
        self._when_done = when_done
        self._waiting = bytearray()
        self._interval_s = 0.0
        self.is_slow = False

    def write(self, data: bytes) -> None:
        """Send bytes, after those that are still waiting."""
        if self.is_slow:
            self._waiting += data
        elif data:
            self._transport.write(data)

    def trickle(self, data: bytes, interval_s: float) -> None:
        """Send bytes one at a time."""
        self._waiting += data
        self._interval_s = interval_s
        if not self.is_slow:
            self.is_slow = True
            self._next_byte()

    def _next_byte(self) -> None:
        if not self._waiting or self._transport.is_closing():
            self.is_slow = False
            self._when_done()
            return
        self._transport.write(bytes(self._waiting[:1]))
        del self._waiting[:1]
        asyncio.get_running_loop().call_later(self._interval_s, self._next_byte)

    def end(self, how: How) -> None:
        """End the connection: TLS close and FIN, or RST."""
        if self._transport.is_closing():
            return
        sock = self._transport.get_extra_info("socket")
        if how == "rst":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_ZERO)
            self._transport.abort()
            return
        self._transport.close()
        # asyncio waits for the peer's TLS close before it closes the socket: a sleeping peer would see no FIN.
        if self._transport.get_write_buffer_size() == 0:
            with contextlib.suppress(OSError):  # the peer closed first
                sock.shutdown(socket.SHUT_WR)
