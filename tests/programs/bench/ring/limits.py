"""What the ring path must keep to."""

from collections.abc import Iterator

from tests.programs.bench.capacity import Call, costs
from tests.programs.bench.ring.measure import Rings

MAX_ROUND_TRIPS = 2
MAX_WRITES = 2
"""When all phones answer within 20 ms of each other."""
MAX_WRITES_WHEN_SPREAD = 3
MAX_USD_PER_MILLION_CALLS = 12.0


def broken_limits(rings: Rings, subject: str) -> list[str]:
    return [*_requests(rings, subject), *_cost()]


def _requests(rings: Rings, subject: str) -> Iterator[str]:
    for (name, phones), ring in rings.items():
        if name != subject:
            continue
        limits = (
            ("round trips before the push", max(each.round_trips for each in ring.requests), MAX_ROUND_TRIPS),
            ("writes", max(each.writes for each in ring.requests), MAX_WRITES),
            (
                "writes when answers are spread",
                max(each.writes for each in ring.requests_when_spread),
                MAX_WRITES_WHEN_SPREAD,
            ),
        )
        for what, found, limit in limits:
            if found > limit:
                yield f"{phones} phones: {found} {what}, at most {limit}"


def _cost() -> Iterator[str]:
    usd = sum(usd for _, _, usd in costs(Call()))
    if usd > MAX_USD_PER_MILLION_CALLS:
        yield f"a million calls cost {usd:.2f} USD, at most {MAX_USD_PER_MILLION_CALLS:.2f}"
