"""An issuer that publishes its keys over HTTP."""

import json
import socket
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from authorizer.jwks import Jwks
from tests.support.clocks import MovedClock


class JwksServer(ThreadingHTTPServer):
    """Answers requests for JSON with `raw`, or with `status` and `body`; `requests` counts them.

    `paths` are what was asked for, `headers` those of the latest request.
    """

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.requests = 0
        self.paths: list[str] = []
        self.headers: dict[str, str] = {}
        self.status = 200
        self.body = b""
        self.raw: bytes | None = None
        self.clock = MovedClock()
        self.jwks = Jwks(self.url, self.clock, timeout_s=2)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/jwks.json"

    def publish(self, *keys: dict[str, Any]) -> None:
        self.status, self.body, self.raw = 200, json.dumps({"keys": keys}).encode(), None


class _Handler(BaseHTTPRequestHandler):
    server: JwksServer

    def do_GET(self) -> None:
        self.server.requests += 1
        self.server.paths.append(self.path)
        self.server.headers = {name.lower(): value for name, value in self.headers.items()}
        if self.headers["accept"] != "application/json":
            self.send_error(406)
            return
        if self.server.raw is not None:
            self.wfile.write(self.server.raw)
            # The client may have hung up.
            with suppress(OSError):
                self.connection.shutdown(socket.SHUT_WR)
            return
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, format: str, *args: Any) -> None:
        pass
