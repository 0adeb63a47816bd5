"""Drives node_server.mjs."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any, Self

import pytest


class NodeServer:
    """The process while the context is entered. Skips the test, with a word, where there is no Node."""

    def __init__(self, server_pem: Path) -> None:
        node = shutil.which("node")
        if node is None:
            reason = "node is not installed: nothing was tested against its HTTP/2"
            print(reason)
            pytest.skip(reason)
        self._command = [node, str(Path(__file__).with_name("node_server.mjs")), str(server_pem)]

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.url = f"https://127.0.0.1:{self.tell()['port']}"
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate(timeout=10)

    def tell(self, **command: Any) -> dict[str, Any]:
        """Sends one command and returns the answer, see node_server.mjs."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()
        response: dict[str, Any] = json.loads(self._process.stdout.readline())
        return response
