"""AWS as far as the functions ask it, which answers after some milliseconds and keeps nothing.

`python -m tests.programs.bench.cold.aws_stub SECRETS.json LATENCY_MS` prints its port. The user `phones-7` has seven
devices. `GET /requests` says what was asked (operation, when it came, when it was answered; ms since the epoch), and
forgets it.
"""

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any

JWKS_PATH = "/jwks.json"
REQUESTS_PATH = "/requests"
_MAX_KEPT = 10_000


class Stub:
    def __init__(self, secrets: dict[str, str], latency_s: float) -> None:
        self._secrets = secrets
        self._latency_s = latency_s
        self._requests: list[tuple[str, float, float]] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode().lower().split("\r\n")
                headers = dict(line.split(": ", 1) for line in head[1:] if line)
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                if head[0].startswith(f"get {REQUESTS_PATH} "):
                    text, status, self._requests = json.dumps(self._requests).encode(), 200, []
                else:
                    status, text = await self._answered(headers.get("x-amz-target", "").rpartition(".")[2], body)
                writer.write(
                    f"HTTP/1.1 {status} -\r\nContent-Type: application/x-amz-json-1.0\r\n"
                    f"Content-Length: {len(text)}\r\n\r\n".encode()
                    + text
                )
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def _answered(self, target: str, body: bytes) -> tuple[int, bytes]:
        arrived_ms = time.time() * 1000
        await asyncio.sleep(self._latency_s)
        status, answer = self._answer(target, json.loads(body or b"{}"))
        if len(self._requests) < _MAX_KEPT:
            self._requests.append((target, arrived_ms, time.time() * 1000))
        return status, json.dumps(answer).encode()

    def _answer(self, target: str, request: dict[str, Any]) -> tuple[int, Any]:
        match target:
            case "":
                return 200, json.loads(self._secrets[JWKS_PATH])
            case "getsecretvalue" if request.get("VersionStage") == "AWSPREVIOUS":
                return 400, {"__type": "ResourceNotFoundException", "message": "there is none"}
            case "getsecretvalue":
                return 200, {"ARN": request["SecretId"], "SecretString": self._secrets[request["SecretId"]]}
            case "query":
                values = [value.get("S", "") for value in request["ExpressionAttributeValues"].values()]
                return 200, {"Items": _devices(next((value for value in values if value.startswith("phones-")), ""))}
            case "sendmessage":
                return 200, {"MessageId": "m", "MD5OfMessageBody": "0" * 32}
            case "changemessagevisibilitybatch":
                return 200, {"Successful": [], "Failed": []}
        return 200, {}


def _devices(uid: str) -> list[dict[str, Any]]:
    device = {
        "uid": {"S": uid},
        "environment": {"S": "production"},
        "topic": {"S": "com.example.app.voip"},
        "registered_at": {"N": str(int(time.time() * 1000))},
        "expires_at": {"N": str(int(time.time()) + 365 * 86_400)},
        "quarantined_until": {"N": "0"},
    }
    return [device | {"token": {"S": f"{number:064x}"}} for number in range(int(uid.removeprefix("phones-") or 0))]


async def main(secrets_file: str, latency_ms: str) -> None:
    stub = Stub(json.loads(Path(secrets_file).read_text()), float(latency_ms) / 1000)
    server = await asyncio.start_server(stub.serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
