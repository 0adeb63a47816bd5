"""Sends many pushes through one connection and prints how the process has grown; arguments as sender.py."""

import asyncio
import gc
import json
import resource
import ssl
import sys
import uuid
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "functions"), str(ROOT)]

import httpx  # noqa: E402

from push.apns.http2 import Http2Transport  # noqa: E402
from shared.clock import now_ms  # noqa: E402
from tests.programs.bench.arguments import PAYLOAD, TIMEOUT_S, device, parse_arguments  # noqa: E402

# What is kept of closed streams, a bounded number, has reached its size by then.
WARM_UP_PUSHES = 40_000
IN_FLIGHT = 100


def resident_bytes() -> int:
    """The most so far: what leaks makes it grow. macOS counts bytes, Linux kilobytes."""
    gc.collect()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


async def grow(url: str, ca_file: Path, authorization: str, *, warm_up: int, pushes: int) -> dict[str, int]:
    """Returns `accepted`, and `grown_bytes` over those pushes that follow the warm-up."""
    transport = Http2Transport(url, ssl.create_default_context(cafile=ca_file), now_ms)
    payload = json.dumps(PAYLOAD).encode()

    async def send(count: int) -> int:
        numbers = iter(range(count))

        async def send_some() -> int:
            accepted = 0
            for number in numbers:
                request = httpx.Request(
                    "POST",
                    url,
                    headers={
                        "apns-topic": "com.example.app.voip",
                        "apns-id": str(uuid.uuid4()),
                        "authorization": authorization,
                    },
                    content=payload,
                    extensions={"target": f"/3/device/{device(number)}".encode(), "timeout": {"read": TIMEOUT_S}},
                )
                response = await transport.handle_async_request(request)
                accepted += response.status_code == 200
            return accepted

        return sum(await asyncio.gather(*(send_some() for _ in range(IN_FLIGHT))))

    accepted = await send(warm_up)
    before = resident_bytes()
    accepted += await send(pushes)
    return {"accepted": accepted, "grown_bytes": resident_bytes() - before}


if __name__ == "__main__":
    arguments = parse_arguments(__doc__ or "")
    growing = grow(arguments.apns_url, arguments.ca, "bearer token", warm_up=WARM_UP_PUSHES, pushes=arguments.pushes)
    print(json.dumps(asyncio.run(growing)))
