"""A proxy before an HTTP/1.1 service, which answers as well, badly or not at all as a test wants.

Of packaged proxies, Toxiproxy is on PyPI and npm only as clients without the server, and it can't tell one AWS request
from another; mitmproxy can, but neither refuses connections nor stops in the middle of a response.
"""

import asyncio
import http.client
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tests.programs.faults.cell import SLOW_S, Kind
from tests.programs.faults.sockets import Listener, end_with_rst

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


class HttpProxy(Listener):
    """`requests` are the operations that were asked for."""

    def __init__(self, upstream_url: str) -> None:
        super().__init__()
        self._upstream = urlsplit(upstream_url).netloc
        self._fault: HttpFault | None = None
        self.requests: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def switch_on(self, fault: HttpFault) -> None:
        self._fault = fault
        if fault.kind is Kind.REFUSED and not fault.skip:
            self.refuse()

    def switch_off(self) -> None:
        """Ends what hangs, too."""
        self._fault = None
        self.refuse()
        self.listen()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            await self._answer(await _read(reader), writer)

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
