"""Pushes through `push.apns.http2`, and the check that what it says of them is what the server knows."""

import asyncio
import json
import ssl
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self

import httpx

from push.apns.http2 import Http2Transport
from shared.clock import now_ms

TOPIC = "com.example.app.voip"
PAYLOAD = json.dumps({"aps": {}, "sessionId": "session-1"}).encode()
DEADLINE_SLACK_S = 0.5

type Known = Literal["accepted", "rejected", "not sent", "unknown"]


@dataclass(frozen=True)
class Result:
    """`error` is the exception's type, "" if there was an answer; `reason` is APNs'."""

    apns_id: str
    known: Known
    took_s: float
    timeout_s: float
    error: str = ""
    status: int = 0
    body: bytes = b""


class Sender:
    """A transport on an event loop that stands still between calls, as in Lambda."""

    def __init__(self, url: str, ca_file: Path, authorization: str, **options: Any) -> None:
        tls = ssl.create_default_context(cafile=str(ca_file))
        self.url = url
        self.authorization = authorization
        self.transport = Http2Transport(url, tls, options.pop("wall_ms", now_ms), **options)
        self.runner = asyncio.Runner()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.runner.run(self.transport.aclose())
        self.runner.close()

    def push(self, device: str = "a1" * 32, timeout_s: float = 2.0, **options: Any) -> Result:
        return self.runner.run(self.send(device, timeout_s, **options))

    def push_many(self, devices: Iterable[str] | int, timeout_s: float = 2.0) -> list[Result]:
        """Sends at once, by default to different devices."""
        names = [f"{number:064x}" for number in range(devices)] if isinstance(devices, int) else list(devices)

        async def send_all() -> list[Result]:
            return await asyncio.gather(*(self.send(name, timeout_s) for name in names))

        return self.runner.run(send_all())

    def idle(self, seconds: float = 0.1) -> None:
        """Lets the loop run without a push."""
        self.runner.run(asyncio.sleep(seconds))

    async def send(
        self, device: str, timeout_s: float = 2.0, authorization: str | None = None, payload: bytes = PAYLOAD
    ) -> Result:
        apns_id = str(uuid.uuid4())
        request = httpx.Request(
            "POST",
            self.url,
            headers={
                "authorization": authorization or self.authorization,
                "apns-topic": TOPIC,
                "apns-push-type": "voip",
                "apns-priority": "10",
                "apns-expiration": "0",
                "apns-id": apns_id,
            },
            content=payload,
            extensions={"timeout": {"read": timeout_s}, "target": f"/3/device/{device}".encode()},
        )
        started_s = time.monotonic()

        def result(known: Known, **more: Any) -> Result:
            return Result(apns_id, known, time.monotonic() - started_s, timeout_s, **more)

        try:
            response = await self.transport.handle_async_request(request)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            return result("not sent", error=type(error).__name__)
        except httpx.TransportError as error:
            return result("unknown", error=type(error).__name__)
        known: Known = "accepted" if response.status_code == 200 else "rejected"
        return result(known, status=response.status_code, body=response.content)


def known(results: Iterable[Result]) -> Counter[Known]:
    return Counter(result.known for result in results)


def assert_honest(results: list[Result], accepted_by_server: Iterable[str]) -> None:
    """Every push returned by its deadline, and what the server accepted is what was reported, plus what is unknown.

    One send was made for each result, so nothing may be accepted twice.
    """
    accepted = Counter(accepted_by_server)
    late = [result for result in results if result.took_s > result.timeout_s + DEADLINE_SLACK_S]
    assert not late
    assert [apns_id for apns_id, times in accepted.items() if times > 1] == []
    reported = {result.apns_id for result in results if result.known == "accepted"}
    possible = reported | {result.apns_id for result in results if result.known == "unknown"}
    assert reported <= set(accepted)
    assert set(accepted) & {result.apns_id for result in results} <= possible


def wait_until(condition: Callable[[], object], seconds: float = 5.0) -> None:
    ends_s = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends_s, "it did not happen"
        time.sleep(0.005)
