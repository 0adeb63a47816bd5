"""Faults on request: which pushes they apply to, and what happens to those."""

import math
import random
from dataclasses import dataclass, field, fields
from typing import Literal

from apns_simulator.config import Environment
from apns_simulator.errors import BadInputError

Action = Literal["none", "answer", "silence", "reset", "refuse", "close", "goaway"]
How = Literal["fin", "rst"]
LastStreamId = int | Literal["current", "previous"]
MAX_STREAM_ID = 2**31 - 1
_MAX_ERROR_CODE = 2**32 - 1
_MAX_HEADER_BYTES = 1_000_000

_SELECTION = {"action", "device_token", "environment", "count", "probability", "latency_ms"}
_RESPONSE_STYLE = {"trickle_ms", "header_bytes"}
# The fields that each action takes; setting another one is a caller's mistake.
_FIELDS: dict[Action, set[str]] = {
    "none": _RESPONSE_STYLE,
    "answer": _RESPONSE_STYLE | {"status", "reason", "timestamp_ms", "body", "accepted"},
    "silence": {"accepted"},
    "reset": {"error_code", "accepted"},
    "refuse": set(),
    "close": {"how", "accepted"},
    "goaway": {"error_code", "reason", "last_stream_id", "order", "close_when_drained"},
}


@dataclass(slots=True, kw_only=True)
class Fault:
    """One fault. Only the first fault that matches a push is applied to it.

    Selection: `device_token` and `environment` (None: all), `count` (the next n matching pushes; None: until
    cleared), `probability` (0 to 1). `latency_ms` is the delay before anything is sent; whether the push is accepted
    is decided before the delay, as at APNs.

    Actions:
        none: processed normally; for latency and response style alone.
        answer: responds with `status` and `reason` (and `timestamp_ms`) without applying Apple's rules; `body`
            replaces the JSON.
        silence: no response at all. reset: RST_STREAM with `error_code`. refuse: RST_STREAM with REFUSED_STREAM.
        close: the connection ends with a FIN or an RST (`how`).
        goaway: GOAWAY with `error_code` and JSON `reason`, one frame per `last_stream_id` ("current": this push's
            stream; "previous": the one before it). Pushes on higher streams are not accepted and get no response;
            the others get theirs, after the GOAWAY or before it (`order`). Then the connection is closed.

    Response style: `trickle_ms` between single bytes, `header_bytes` of padding in the header block.
    `accepted` (silence, reset, close, answer): True records a push that passes Apple's rules as accepted, although
    the sender does not learn of it.
    """

    action: Action
    id: int = 0
    device_token: str | None = None
    environment: Environment | None = None
    count: int | None = None
    probability: float = 1.0
    latency_ms: int = 0
    accepted: bool | None = None
    status: int | None = None
    reason: str | None = None
    timestamp_ms: int | None = None
    body: str | None = None
    trickle_ms: int = 0
    header_bytes: int = 0
    error_code: int = 0
    how: How = "fin"
    last_stream_id: LastStreamId | list[LastStreamId] = "current"
    order: Literal["goaway_first", "answer_first"] = "goaway_first"
    close_when_drained: bool = True

    def __post_init__(self) -> None:
        allowed = _SELECTION | _FIELDS[self.action]
        foreign = {item.name for item in fields(self) if getattr(self, item.name) != item.default} - allowed - {"id"}
        if foreign:
            raise BadInputError(
                f"{', '.join(sorted(foreign))} does not apply to action {self.action}; "
                f"expected some of {', '.join(sorted(allowed))}"
            )
        if self.action == "answer" and self.status is None:
            raise BadInputError("missing field status; expected for action answer")
        _check_range("status", self.status, 200, 599)
        _check_range("count", self.count, 1, None)
        _check_range("probability", self.probability, 0, 1)
        _check_range("latency_ms", self.latency_ms, 0, None)
        _check_range("trickle_ms", self.trickle_ms, 0, None)
        _check_range("header_bytes", self.header_bytes, 0, _MAX_HEADER_BYTES)
        check_goaway(self.error_code, self.last_stream_ids)

    @property
    def last_stream_ids(self) -> list[LastStreamId]:
        """One per GOAWAY frame."""
        return as_list(self.last_stream_id)


@dataclass(slots=True)
class Faults:
    """The faults that are switched on; `seed` makes probabilities repeatable."""

    seed: int = 0
    _faults: dict[int, Fault] = field(default_factory=dict)
    _next_id: int = 1
    _random: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)  # noqa: S311 - not used for secrets

    def new_id(self) -> int:
        """Return the id for a fault to be added."""
        self._next_id += 1
        return self._next_id - 1

    def add(self, fault: Fault) -> None:
        """Switch a fault on, after those that are on already."""
        self._faults[fault.id] = fault

    def take(self, device_token: str | None, environment: Environment) -> Fault | None:
        """Return the fault for a push and count it down; None if no fault matches."""
        for fault in self._faults.values():
            if fault.device_token is not None and fault.device_token.lower() != (device_token or "").lower():
                continue
            if fault.environment not in (None, environment):
                continue
            if fault.probability < 1 and self._random.random() >= fault.probability:
                continue
            if fault.count is not None:
                fault.count -= 1
                if fault.count == 0:
                    del self._faults[fault.id]
            return fault
        return None

    def all(self) -> list[Fault]:
        """Return the faults that are switched on, with their remaining counts."""
        return list(self._faults.values())

    def remove(self, fault_id: int) -> bool:
        """Switch one fault off; False if it is not on."""
        return self._faults.pop(fault_id, None) is not None

    def clear(self) -> None:
        """Switch all faults off."""
        self._faults.clear()


def lets_through(fault: Fault, stream_id: int) -> bool:
    """Tell whether a push that passes Apple's rules is accepted under this fault."""
    match fault.action:
        case "none":
            return True
        case "goaway":
            last_stream_id = min(resolve(last_id, stream_id) for last_id in fault.last_stream_ids)
            return fault.order == "answer_first" or stream_id <= last_stream_id
        case "answer":
            return fault.status == 200 if fault.accepted is None else fault.accepted
        case _:
            return bool(fault.accepted)


def resolve(last_stream_id: LastStreamId, current: int) -> int:
    """Return the number for a GOAWAY frame; `current` is the stream that "current" means."""
    if isinstance(last_stream_id, int):
        return last_stream_id
    return current if last_stream_id == "current" else max(0, current - 2)


def as_list(last_stream_id: LastStreamId | list[LastStreamId]) -> list[LastStreamId]:
    """Return one value per GOAWAY frame."""
    return last_stream_id if isinstance(last_stream_id, list) else [last_stream_id]


def check_goaway(error_code: int, last_stream_ids: list[LastStreamId]) -> None:
    """Check the fields of GOAWAY frames.

    Raises:
        BadInputError: no frame at all, or a value out of range.
    """
    _check_range("error_code", error_code, 0, _MAX_ERROR_CODE)
    if not last_stream_ids:
        raise BadInputError("last_stream_id is an empty list; expected one per GOAWAY frame")
    for stream_id in last_stream_ids:
        if isinstance(stream_id, int):
            _check_range("last_stream_id", stream_id, 0, MAX_STREAM_ID)


def _check_range(name: str, value: float | None, low: float, high: float | None) -> None:
    if value is not None and not low <= value <= (math.inf if high is None else high):
        raise BadInputError(f"{name} is {value}; expected {low} or more{'' if high is None else f', at most {high}'}")
