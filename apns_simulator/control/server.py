"""The control API over HTTP/1.1 on the loopback interface: one request per TCP connection, JSON in and out."""

import asyncio
import json
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from apns_simulator.control.routes import dispatch
from apns_simulator.errors import ControlError
from apns_simulator.simulation import Simulation

_MAX_BODY_BYTES = 1_000_000
_PHRASES = {200: "OK", 400: "Bad Request", 404: "Not Found", 405: "Method Not Allowed"}


class ControlServer:
    """Serves the control API of one simulation."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve the one request of a connection; for `asyncio.start_server`."""
        try:
            status, result = await self._result(reader)
            content = json.dumps(result).encode()
            head = (
                f"HTTP/1.1 {status} {_PHRASES[status]}\r\ncontent-type: application/json\r\n"
                f"content-length: {len(content)}\r\nconnection: close\r\n\r\n"
            )
            writer.write(head.encode() + content)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # the client has gone, or does not speak HTTP
        finally:
            writer.close()

    async def _result(self, reader: asyncio.StreamReader) -> tuple[int, Any]:
        try:
            method, target, body = await _read_request(reader)
            parts = urlsplit(target)
            query = dict(parse_qsl(parts.query, keep_blank_values=True))
            return 200, await dispatch(self._simulation, method, unquote(parts.path), query, body)
        except ControlError as error:
            return error.status, {"error": str(error)}


async def _read_request(reader: asyncio.StreamReader) -> tuple[str, str, object]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
    try:
        method, target, _ = head[0].split(" ")
        length = int(headers.get("content-length", "0"))
    except ValueError as error:
        raise ControlError(400, "not an HTTP/1.1 request") from error
    if not 0 <= length <= _MAX_BODY_BYTES or "transfer-encoding" in headers:
        raise ControlError(400, f"expected a body with content-length, at most {_MAX_BODY_BYTES} bytes")
    content = await reader.readexactly(length)
    try:
        return method, target, json.loads(content) if content else {}
    except ValueError as error:
        raise ControlError(400, f"the body is not JSON: {error}") from error
