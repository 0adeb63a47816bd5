"""HTTP as an attacker writes it: byte for byte, by no client library's rules."""

import http.client
import json
import socket
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, Self
from urllib.parse import urlsplit

_TIMEOUT_S = 30

type Header = tuple[str, str | bytes]


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    """Appended to the URL as it is."""
    headers: Sequence[Header] = ()
    body: bytes = b""

    def but(self, **changes: Any) -> Self:
        return replace(self, **changes)

    def with_header(self, name: str, value: str | bytes) -> Self:
        return replace(self, headers=(*self.headers, (name, value)))


@dataclass(frozen=True, slots=True)
class RawResponse:
    status: int
    """0 if the server hung up without one."""
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def json(self) -> dict[str, Any]:
        try:
            value = json.loads(self.body)
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}


def send(url: str, request: Request) -> RawResponse:
    parts = urlsplit(url)
    names = {name.lower() for name, _ in request.headers}
    lines = [
        f"{request.method} {parts.path}{request.path} HTTP/1.1".encode("latin-1"),
        f"Host: {parts.netloc}".encode(),
    ]
    lines += [name.encode("latin-1") + b": " + _bytes(value) for name, value in request.headers]
    if "content-length" not in names and "transfer-encoding" not in names:
        lines.append(f"Content-Length: {len(request.body)}".encode())
    head = b"\r\n".join([*lines, b"Connection: close", b"", b""])
    with socket.create_connection((parts.hostname or "", parts.port or 80), timeout=_TIMEOUT_S) as connection:
        with suppress(OSError):  # it has answered before it has read everything, or hung up
            connection.sendall(head + request.body)
        response = http.client.HTTPResponse(connection, method=request.method)
        try:
            response.begin()
            return RawResponse(response.status, response.read(), {k.lower(): v for k, v in response.getheaders()})
        except (http.client.HTTPException, OSError):
            return RawResponse(0)


def _bytes(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode("latin-1")
