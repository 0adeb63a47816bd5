"""A proxy before an HTTP/1.1 service, which answers as well, badly or not at all as a test wants.

Of packaged proxies, Toxiproxy is on PyPI and npm only as clients without the server, and it can't tell one AWS request
from another; mitmproxy can, but neither refuses connections nor stops in the middle of a response.
"""

import asyncio
import contextlib
import http.client
import json
import threading
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlsplit

from tests.programs.faults.cell import SLOW_S, Kind
from tests.programs.faults.sockets import end_with_rst

FOREVER_S = 3_600.0
UPSTREAM_TIMEOUT_S = 30.0


@dataclass(slots=True)
class HttpFault:
    """`skip` matching requests pass first; then `limit` of them get the fault, None: all.

    `error` is the status and body of throttling and of errors that last.
    """

    kind: Kind
    matches: Callable[[str, bytes], bool]
    error: tuple[int, dict[str, Any]]
    skip: int = 0
    limit: int | None = None

    def applies(self, operation: str, body: bytes) -> bool:
        if not self.matches(operation, body):
            return False
        if self.skip:
            self.skip -= 1
            return False
        if self.limit is not None:
            self.limit -= 1
            return self.limit >= 0
        return True


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def operation(self) -> str:
        """AWS's name for it, else the path."""
        return self.headers.get("x-amz-target", "").rpartition(".")[2] or self.path


class HttpProxy:
    """In a thread of its own; `requests` are the operations that were asked for."""

    def __init__(self, upstream_url: str) -> None:
        self._upstream = urlsplit(upstream_url).netloc
        self._fault: HttpFault | None = None
        self._server: asyncio.Server | None = None
        self._port = 0
        self._open: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()
        self.requests: list[str] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="faults-proxy", daemon=True)

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
        return f"http://127.0.0.1:{self._port}"

    def switch_on(self, fault: HttpFault) -> None:
        self._fault = fault
        if fault.kind is Kind.REFUSED and not fault.skip:
            self._do(self._stop())

    def switch_off(self) -> None:
        """Ends what hangs, too."""
        self._fault = None
        self._do(self._stop())
        self._do(self._listen())

    def _do(self, step: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(step, self._loop).result()

    async def _listen(self) -> None:
        if self._server is None:
            self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port)
            self._port = self._server.sockets[0].getsockname()[1]

    async def _stop(self) -> None:
        """Refuses new connections and ends the open ones."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in list(self._writers):
            end_with_rst(writer)
        tasks = list(self._open)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        self._writers.add(writer)
        try:
            while True:
                await self._answer(await _read(reader), writer)
        except (asyncio.CancelledError, asyncio.IncompleteReadError, OSError):
            pass
        finally:
            self._open.discard(task)
            self._writers.discard(writer)
            with contextlib.suppress(OSError):
                writer.close()

    async def _answer(self, request: _Request, writer: asyncio.StreamWriter) -> None:
        self.requests.append(request.operation)
        fault = self._fault
        if fault is None or not fault.applies(request.operation, request.body):
            writer.write(_rendered(*await self._from_upstream(request)))
            return
        match fault.kind:
            case Kind.REFUSED:
                asyncio.get_running_loop().create_task(self._stop())
                await asyncio.sleep(FOREVER_S)
            case Kind.RESET:
                end_with_rst(writer)
                raise ConnectionResetError
            case Kind.HANGS:
                await self._from_upstream(request)
                await asyncio.sleep(FOREVER_S)
            case Kind.STALLS:
                whole = _rendered(*await self._from_upstream(request))
                writer.write(whole[:-1])
                await asyncio.sleep(FOREVER_S)
            case Kind.SLOW_1_S | Kind.SLOW_5_S:
                answer = await self._from_upstream(request)
                await asyncio.sleep(SLOW_S[fault.kind])
                writer.write(_rendered(*answer))
            case Kind.MALFORMED:
                await self._from_upstream(request)
                writer.write(_rendered(200, b'{"unfinished'))
            case Kind.WRONG_ONCE:
                writer.write(_rendered(500, b"{}"))
            case _:
                status, body = fault.error
                writer.write(_rendered(status, json.dumps(body).encode()))

    async def _from_upstream(self, request: _Request) -> tuple[int, bytes]:
        return await asyncio.to_thread(_fetch, self._upstream, request)


def _fetch(upstream: str, request: _Request) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(upstream, timeout=UPSTREAM_TIMEOUT_S)
    try:
        headers = {name: value for name, value in request.headers.items() if name not in ("host", "connection")}
        connection.request(request.method, request.path, request.body, headers)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


async def _read(reader: asyncio.StreamReader) -> _Request:
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
    method, path, _ = first.split(" ")
    return _Request(method, path, headers, await reader.readexactly(int(headers.get("content-length", "0"))))


def _rendered(status: int, body: bytes) -> bytes:
    head = f"HTTP/1.1 {status} -\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body
