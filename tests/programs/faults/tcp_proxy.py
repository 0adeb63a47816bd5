"""A proxy before APNs that can spoil the set-up of connections: TCP and TLS."""

import asyncio
import contextlib
import threading
from collections.abc import Coroutine
from typing import Any, Self
from urllib.parse import urlsplit

from tests.programs.faults.cell import SLOW_S, Kind
from tests.programs.faults.sockets import end_with_rst

FOREVER_S = 3_600.0
# Less than a server's first TLS messages.
STALLS_AFTER_BYTES = 100


class TcpProxy:
    """In a thread of its own. `connections` counts those that were accepted, good or bad."""

    def __init__(self, upstream_url: str) -> None:
        self._upstream = urlsplit(upstream_url)
        self._kind: Kind | None = None
        self._server: asyncio.Server | None = None
        self._port = 0
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.connections = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="faults-tcp-proxy", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._do(self._listen())
        return self

    def __exit__(self, *_: object) -> None:
        self._do(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self._port}"

    def switch_on(self, kind: Kind) -> None:
        """For connections from now on; the open ones end."""
        self._kind = kind
        self._do(self._stop())
        if kind is not Kind.REFUSED:
            self._do(self._listen())

    def switch_off(self) -> None:
        self._kind = None
        self._do(self._listen())

    def _do(self, step: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(step, self._loop).result()

    async def _listen(self) -> None:
        if self._server is None:
            self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port)
            self._port = self._server.sockets[0].getsockname()[1]

    async def _stop(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in list(self._writers):
            end_with_rst(writer)
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._writers.add(writer)
        self.connections += 1
        try:
            await self._treat(reader, writer)
        except* (asyncio.CancelledError, OSError):
            pass
        finally:
            self._tasks.discard(task)
            self._writers.discard(writer)
            with contextlib.suppress(OSError):
                writer.close()

    async def _treat(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
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
