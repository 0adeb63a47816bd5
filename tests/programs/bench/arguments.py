"""What every client of the benchmark is told, how it is timed, and the line that it prints."""

import argparse
import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import quantiles

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from push.apns.key import ApnsKey

# Of about the size that a call's payload has.
PAYLOAD = {"aps": {}, "uuid": "0f8fad5b-d9cb-469f-a165-70867728950e", "sessionId": "v1.us.session", "name": "x" * 300}
TIMEOUT_S = 20.0

type Push = Callable[[int], Awaitable[bool]]


def parse_arguments(description: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--apns-url", required=True, help="https://host:port")
    parser.add_argument("--ca", required=True, type=Path, help="file with the CA's certificate")
    parser.add_argument("--key", required=True, type=Path, help=".p8 file")
    parser.add_argument("--key-id", required=True)
    parser.add_argument("--team-id", required=True)
    parser.add_argument("--topic", required=True)
    parser.add_argument("--pushes", type=int, default=1000, help="how many to send (default 1000)")
    parser.add_argument("--in-flight", type=int, default=50, help="how many at the same time (default 50)")
    return parser.parse_args()


def apns_key(arguments: argparse.Namespace) -> ApnsKey:
    private_key = load_pem_private_key(arguments.key.read_bytes(), password=None)
    assert isinstance(private_key, EllipticCurvePrivateKey)
    return ApnsKey(arguments.key_id, arguments.team_id, private_key)


def device(number: int) -> str:
    return f"{number:064x}"


async def measure(push: Push, *, pushes: int, in_flight: int) -> str:
    """Sends `pushes` with `in_flight` at any time, after as many as that for warming up; returns the JSON line."""
    await push(0)
    await asyncio.gather(*(push(number) for number in range(in_flight)))
    numbers = iter(range(pushes))
    latencies_ms: list[float] = []
    accepted = 0

    async def send_some() -> None:
        nonlocal accepted
        for number in numbers:
            started = time.perf_counter()
            is_accepted = await push(number)
            accepted += is_accepted
            latencies_ms.append((time.perf_counter() - started) * 1000)

    started, cpu_started = time.perf_counter(), time.process_time()
    await asyncio.gather(*(send_some() for _ in range(in_flight)))
    elapsed_s, cpu_s = time.perf_counter() - started, time.process_time() - cpu_started
    percentiles = quantiles(latencies_ms, n=100) if pushes > 1 else latencies_ms * 99
    return json.dumps(
        {
            "pushes_per_s": round(pushes / elapsed_s, 1),
            "cpu_us_per_push": round(cpu_s / pushes * 1e6, 1),
            "p50_ms": round(percentiles[49], 3),
            "p99_ms": round(percentiles[98], 3),
            "accepted": accepted,
        }
    )
