"""A function under Lambda's own runtime client, which asks a Runtime API of ours for events.

In AWS the same client runs there, and what it and the libraries print is the log.
"""

import json
import os
import queue
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

_VERSION = "/2018-06-01/runtime"
_ANSWERED_WITHIN_S = 60


class FunctionEnded(Exception):
    """The function's process has ended by itself; the message is what it printed."""


@dataclass(slots=True)
class RunningFunction:
    output: Path
    process: subprocess.Popen[bytes]
    _events: "queue.Queue[tuple[str, bytes]]"
    _answers: "queue.Queue[Any]"

    def invoke(self, event: object) -> Any:
        """What the handler returns, or the error that Lambda would report, as a dict with `errorType`."""
        self._events.put((str(uuid.uuid4()), json.dumps(event).encode()))
        give_up_at = time.monotonic() + _ANSWERED_WITHIN_S
        while time.monotonic() < give_up_at:
            try:
                return self._answers.get(timeout=0.2)
            except queue.Empty:
                if self.process.poll() is not None:
                    break
        raise FunctionEnded(self.printed())

    def printed(self) -> str:
        """All of it so far, stdout and stderr, as it would be in the log."""
        return self.output.read_text(errors="replace")


@dataclass(slots=True)
class _Server:
    events: "queue.Queue[tuple[str, bytes]]" = field(default_factory=queue.Queue)
    answers: "queue.Queue[Any]" = field(default_factory=queue.Queue)


@contextmanager
def running_function(
    handler: str, variables: Mapping[str, str], python_path: Sequence[Path], output: Path
) -> Iterator[RunningFunction]:
    """`variables` are the function's own; format and level of logs are those of template.yaml."""
    server = _Server()
    with _serving(server) as address, output.open("wb") as printed:
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": os.pathsep.join(str(path) for path in python_path),
            "AWS_LAMBDA_RUNTIME_API": address,
            "AWS_LAMBDA_FUNCTION_NAME": handler.partition(".")[0],
            "AWS_LAMBDA_FUNCTION_VERSION": "1",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1769",
            "AWS_LAMBDA_LOG_FORMAT": "JSON",
            "AWS_LAMBDA_LOG_LEVEL": "INFO",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
            **variables,
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "awslambdaric", handler],
            env=environment,
            stdout=printed,
            stderr=subprocess.STDOUT,
            cwd=output.parent,
        )
        try:
            yield RunningFunction(output, process, server.events, server.answers)
        finally:
            process.kill()
            process.wait()


@contextmanager
def _serving(server: _Server) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            """`/invocation/next` waits until there is an event."""
            request_id, event = server.events.get()
            deadline_ms = int(time.time() * 1000) + 6_000
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(event)))
            self.send_header("Lambda-Runtime-Aws-Request-Id", request_id)
            self.send_header("Lambda-Runtime-Deadline-Ms", str(deadline_ms))
            self.send_header("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-1:000000000000:function:x")
            self.end_headers()
            self.wfile.write(event)

        def do_POST(self) -> None:
            """`/invocation/<id>/response` and `/error`, `/init/error`."""
            length = self.headers.get("Content-Length")
            body = self.rfile.read(int(length)) if length else self._chunks()
            server.answers.put(json.loads(body))
            self.send_response(202)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def _chunks(self) -> bytes:
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return body

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: Any, client_address: Any) -> None:
            """A function that is stopped hangs up, which is no news."""

    with Server(("127.0.0.1", 0), Handler) as http_server:
        http_server.daemon_threads = True
        # The client's last request waits for an event that never comes.
        http_server.block_on_close = False
        threading.Thread(target=http_server.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield f"127.0.0.1:{http_server.server_port}"
        finally:
            http_server.shutdown()
