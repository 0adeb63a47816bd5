"""What will happen, drawn from a seed: users and their phones, calls, duplicates, ends."""

import random
from dataclasses import dataclass
from enum import StrEnum

DUPLICATED = 0.20
ENDED = 0.10
STALE = 0.05
GROUP = 0.05
DEAD_DEVICES = 0.10
MISREGISTERED_DEVICES = 0.03
# APNs answers 429 to every push to these.
REFUSED_DEVICES = 0.01
QUEUE_DUPLICATES = 0.03


class Kind(StrEnum):
    ORDINARY = "ordinary"
    ENDED_BEFORE = "over before"
    ENDED_DURING = "over during"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class Device:
    token: str
    dead: bool
    environment: str
    """Where it really belongs."""
    registered_in: str
    refused: bool
    """Every push to it is answered with an error that may pass, and does not."""


@dataclass(frozen=True, slots=True)
class PlannedCall:
    number: int
    kind: Kind
    session_id: str
    caller: str
    callees: tuple[str, ...]
    group: str
    """Empty for a call to one user."""
    delays_s: tuple[float, ...]
    """After its turn, when the webhook is delivered; more than once for a duplicate, some at the same time."""
    on_the_queue_twice: bool
    over_after_s: float

    @property
    def may_ring(self) -> bool:
        return self.kind in (Kind.ORDINARY, Kind.ENDED_DURING)

    @property
    def must_ring(self) -> bool:
        return self.kind is Kind.ORDINARY


@dataclass(frozen=True, slots=True)
class Plan:
    seed: int
    devices: dict[str, tuple[Device, ...]]
    """By user."""
    groups: dict[str, tuple[str, ...]]
    calls: tuple[PlannedCall, ...]
    kills_at: tuple[int, ...]
    """Numbers of the calls at which workers are killed."""
    hangs_at: tuple[int, ...]
    """Numbers of the calls at which AWS hangs."""


class _Draw:
    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def hex(self, digits: int) -> str:
        return f"{self.random.getrandbits(4 * digits):0{digits}x}"


def draw_plan(seed: int, *, calls: int, kills: int, hangs: int, users: int = 300, groups: int = 40) -> Plan:
    """The same seed gives the same plan."""
    draw = _Draw(seed)
    names = [f"chaos-{seed}-{number}" for number in range(users)]
    plan_groups = {
        f"chaos-group-{seed}-{number}": tuple(draw.random.sample(names, draw.random.randint(3, 30)))
        for number in range(groups)
    }
    return Plan(
        seed=seed,
        devices={name: tuple(_device(draw) for _ in range(draw.random.randint(1, 3))) for name in names},
        groups=plan_groups,
        calls=tuple(_call(draw, number, names, plan_groups) for number in range(calls)),
        kills_at=_moments(draw, calls, kills),
        hangs_at=_moments(draw, calls, hangs),
    )


def _moments(draw: _Draw, calls: int, number: int) -> tuple[int, ...]:
    """Numbers of calls, not among the first or the last.

    Never close to each other: new workers start for seconds, and calls that grow stale meanwhile would tell of that.
    """
    first, end = calls // 20, calls - calls // 20
    starts = [first + index * (end - first) // number for index in range(number)]
    return tuple(start + draw.random.randrange((end - first) // number // 2) for start in starts)


def _device(draw: _Draw) -> Device:
    environment = draw.random.choice(("production", "sandbox"))
    other = "sandbox" if environment == "production" else "production"
    return Device(
        token=draw.hex(64),
        dead=draw.chance(DEAD_DEVICES),
        environment=environment,
        registered_in=other if draw.chance(MISREGISTERED_DEVICES) else environment,
        refused=draw.chance(REFUSED_DEVICES),
    )


def _call(draw: _Draw, number: int, names: list[str], groups: dict[str, tuple[str, ...]]) -> PlannedCall:
    kind = draw.random.choices(
        (Kind.ORDINARY, Kind.ENDED_BEFORE, Kind.ENDED_DURING, Kind.STALE),
        (1 - ENDED - STALE, ENDED / 2, ENDED / 2, STALE),
    )[0]
    group = draw.random.choice(list(groups)) if draw.chance(GROUP) else ""
    caller, callee = draw.random.sample(names, 2)
    callees = tuple(name for name in groups[group] if name != caller) if group else (callee,)
    delays_s = [0.0]
    if draw.chance(DUPLICATED):
        # At the same moment, shortly after, and when CometChat would try again.
        delays_s += draw.random.choices((0.0, 0.3, 2.0, 10.0), k=draw.random.randint(1, 2))
    return PlannedCall(
        number=number,
        kind=kind,
        session_id=draw.hex(40),
        caller=caller,
        callees=callees,
        group=group,
        delays_s=tuple(delays_s),
        on_the_queue_twice=draw.chance(QUEUE_DUPLICATES),
        over_after_s=draw.random.uniform(0.0, 0.6),
    )
