"""A proxy before APNs that can spoil the set-up of connections: TCP and TLS."""

import asyncio
from urllib.parse import urlsplit

from tests.programs.faults.cell import SLOW_S, Kind
from tests.programs.faults.sockets import Listener, end_with_rst

FOREVER_S = 3_600.0
# Less than a server's first TLS messages.
STALLS_AFTER_BYTES = 100


class TcpProxy(Listener):
    """`connections` counts those that were accepted, good or bad."""

    def __init__(self, upstream_url: str) -> None:
        super().__init__()
        self._upstream = urlsplit(upstream_url)
        self._kind: Kind | None = None
        self.connections = 0

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    def switch_on(self, kind: Kind) -> None:
        """For connections from now on; the open ones end."""
        self._kind = kind
        self.refuse()
        if kind is not Kind.REFUSED:
            self.listen()

    def switch_off(self) -> None:
        self._kind = None
        self.listen()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        limit: int | None = None
        match self._kind:
            case Kind.RESET:
                return end_with_rst(writer)
            case Kind.WRONG_ONCE:
                self._kind = None
                return end_with_rst(writer)
            case Kind.HANGS:
                await asyncio.sleep(FOREVER_S)
            case Kind.STALLS:
                limit = STALLS_AFTER_BYTES
            case Kind.SLOW_1_S | Kind.SLOW_5_S as slow:
                await asyncio.sleep(SLOW_S[slow])
            case Kind.MALFORMED:
                writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                await writer.drain()
                return None
        there, back = await asyncio.open_connection(self._upstream.hostname, self._upstream.port)
        self._writers.add(back)
        try:
            async with asyncio.TaskGroup() as pipes:
                pipes.create_task(_pipe(reader, back, None))
                pipes.create_task(_pipe(there, writer, limit))
        finally:
            self._writers.discard(back)
            back.close()


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, limit: int | None) -> None:
    """Until the reader's end, which is passed on. After `limit` bytes nothing comes any more."""
    while data := await reader.read(65536):
        if limit is not None:
            data, limit = data[:limit], limit - len(data[:limit])
        writer.write(data)
        if limit == 0:
            await asyncio.sleep(FOREVER_S)
    if writer.can_write_eof():
        writer.write_eof()
    else:
        writer.close()
