"""A burst of calls on the warm local stack: from the webhook to APNs, beside the emulator's own share.

`python -m tests.programs.bench.burst [--calls 200]` prints a table.
"""

import argparse
import asyncio
import os
import secrets
import sys
import time
from collections.abc import Callable, Sequence

import httpx

from apns_simulator import SimulatorClient
from local.phones import phone
from local.phones.phone import Phone
from local.settings import Settings
from local.startup.lifecycle import running
from ops.calls import webhooks
from ops.console import Progress
from ops.stack import emulated_aws
from ops.stack.description import StackDescription
from ops.stack.directory import ROOT, StackDirectory
from tests.programs.bench.empty_path import EmptyPath

AT_ONCE = 8
WITHIN_S = 60.0

type Arrivals = Callable[[], dict[str, float]]
"""When what was sent has arrived at the other end, in ms since the epoch, by name."""
type Requests = list[tuple[str, bytes, dict[str, str]]]
"""Name, body, headers."""


async def burst(url: str, requests: Requests) -> tuple[dict[str, float], list[float]]:
    """Posts them as fast as they are answered. Returns when each was sent, and how many ms the answers took."""
    sent_at_ms: dict[str, float] = {}
    took_ms: list[float] = []
    slots = asyncio.Semaphore(AT_ONCE)
    async with httpx.AsyncClient(trust_env=False, timeout=30) as client:

        async def post(name: str, body: bytes, headers: dict[str, str]) -> None:
            async with slots:
                sent_at_ms[name] = time.time() * 1000
                started = time.perf_counter()
                response = await client.post(url, content=body, headers=headers)
                took_ms.append((time.perf_counter() - started) * 1000)
                response.raise_for_status()

        await asyncio.gather(*(post(*request) for request in requests))
    return sent_at_ms, took_ms


def wait_for_all(arrivals: Arrivals, names: set[str]) -> dict[str, float]:
    deadline = time.monotonic() + WITHIN_S
    while not names <= (found := arrivals()).keys() and time.monotonic() < deadline:
        time.sleep(0.2)
    return found


def row(what: str, values: Sequence[float]) -> str:
    ordered = sorted(values)
    p50, p95, p99 = (ordered[min(len(ordered) - 1, int(len(ordered) * share))] for share in (0.5, 0.95, 0.99))
    return f"{what:46} {p50:8.0f} {p95:8.0f} {p99:8.0f}"


def measure(description: StackDescription, calls: int) -> int:
    simulator = SimulatorClient(description.apns.control_url or "")
    users = [f"burst-{secrets.token_hex(4)}" for _ in range(20)]
    for uid in users:
        phone.register(description, Phone(uid, phone.new_device_token()))

    def ringing(count: int) -> Requests:
        planned = [webhooks.new_call("alice", users[number % len(users)], "audio") for number in range(count)]
        webhooks = [(call.session_id, webhooks.webhook("documented", call, description.webhook)) for call in planned]
        return [(name, webhook.body, webhook.headers) for name, webhook in webhooks]

    def rung_at_ms() -> dict[str, float]:
        pushes = simulator.pushes(after=sequence)
        return {push["payload"]["sessionId"]: push["received_at_ms"] for push in pushes if push["accepted"]}

    empty = EmptyPath(description)

    def nothing(count: int) -> Requests:
        text = {"Content-Type": "application/json"}
        return [(name, name.encode(), text) for name in (secrets.token_hex(8) for _ in range(count))]

    sequence = simulator.counters()["last_sequence"]
    print(f"\n{'ms':46} {'p50':>8} {'p95':>8} {'p99':>8}")
    all_rung = True
    for what, url, requests, arrivals in (
        ("calls", description.webhook_url, ringing, rung_at_ms),
        ("empty functions", empty.url, nothing, empty.arrivals),
    ):
        asyncio.run(burst(url, requests(20)))  # warm
        time.sleep(2)
        sent_at_ms, took_ms = asyncio.run(burst(url, requests(calls)))
        found = wait_for_all(arrivals, set(sent_at_ms))
        arrived = [found[name] - at_ms for name, at_ms in sent_at_ms.items() if name in found]
        all_rung = all_rung and len(arrived) == calls
        print(row(f"{what}: answer to the webhook", took_ms))
        print(row(f"{what}: from the webhook to the other end", arrived), f" ({len(arrived)} of {calls})")
    return 0 if all_rung else 1


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--calls", type=int, default=200)
    arguments = parser.parse_args()
    emulated_aws.forget_real_accounts()
    with running(StackDirectory(ROOT / ".local"), Settings.read(os.environ), Progress()) as stack:
        return measure(stack.description, arguments.calls)


if __name__ == "__main__":
    sys.exit(main())
