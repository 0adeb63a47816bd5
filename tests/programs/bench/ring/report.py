"""The results as they stand in docs/performance.md."""

import os
import platform
from statistics import median

from tests.programs.bench.ring.measure import APNS_MS, AWS_MS, CPU_RINGS, PHONES, SPREAD_MS, TIMED_RINGS, Ring, Rings

BEGIN = "<!-- make bench: ring path -->"
OURS = "push"


def report(rings: Rings, rounds: int) -> str:
    names = list(dict.fromkeys(name for name, _ in rings))
    header = [
        "phones",
        "function",
        "ring ms",
        "CPU ms",
        "AWS requests",
        "round trips before the push",
        "writes",
        "writes when spread",
    ]
    lines = [f"| {' | '.join(header)} |", "|---:|---|" + "---:|" * 6]
    for phones in PHONES:
        lines += [f"| {phones} | {name} | {' | '.join(_figures(rings[name, phones]))} |" for name in names]
    ratios = "; ".join(
        f"{name} " + ", ".join(f"{_ratio(rings, name, phones):.2f} ({phones})" for phones in PHONES)
        for name in names
        if name != OURS
    )
    return "\n".join(
        [
            *lines,
            "",
            f"CPU of ours to that of others, median of the rounds' ratios (phones): {ratios}.",
            "",
            f"Warm functions, {rounds} rounds on {os.cpu_count()} cores ({platform.machine()}), Python "
            f"{platform.python_version()}. *Ring ms*: the handler, of {TIMED_RINGS} rings, AWS a stub that answers "
            f"after {AWS_MS} ms, APNs a server that answers after {APNS_MS} ms. *CPU ms*: of {CPU_RINGS} rings, both "
            f"answer at once; new processes in each round. *Spread*: of ten phones the last one is answered "
            f"{SPREAD_MS} ms after the first.",
        ]
    )


def _figures(ring: Ring) -> list[str]:
    requests = ring.requests[-1]
    counts = (requests.total, requests.round_trips, requests.writes, ring.requests_when_spread[-1].writes)
    return [f"{median(ring.took_ms):.1f}", f"{median(ring.cpu_ms):.1f}", *map(str, counts)]


def _ratio(rings: Rings, name: str, phones: int) -> float:
    pairs = zip(rings[OURS, phones].cpu_ms, rings[name, phones].cpu_ms, strict=True)
    return median(ours / theirs for ours, theirs in pairs)
