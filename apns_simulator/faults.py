"""Misbehaviour on request: which pushes it befalls and what happens to them."""

import math
import random
from dataclasses import dataclass, field, fields
from typing import Literal

from apns_simulator.config import Environment
from apns_simulator.json_input import BadInputError

Action = Literal["none", "answer", "silence", "reset", "refuse", "close", "goaway"]
How = Literal["fin", "rst"]
LastStreamId = int | Literal["current", "previous"]
MAX_STREAM_ID = 2**31 - 1
_MAX_ERROR_CODE = 2**32 - 1
_MAX_HEADER_BYTES = 1_000_000

_SELECTION = {"action", "device_token", "environment", "count", "probability", "latency_ms"}
_ANSWER_STYLE = {"trickle_ms", "header_bytes"}
# The fields that mean something to an action; another one set is a mistake of the caller.
_FIELDS: dict[Action, set[str]] = {
    "none": _ANSWER_STYLE,
    "answer": _ANSWER_STYLE | {"status", "reason", "timestamp_ms", "body", "accepted"},
    "silence": {"accepted"},
    "reset": {"error_code", "accepted"},
    "refuse": set(),
    "close": {"how", "accepted"},
    "goaway": {"error_code", "reason", "last_stream_id", "order", "close_when_drained"},
}


@dataclass(slots=True, kw_only=True)
class Fault:
    """One fault. The first fault in the list that matches a push is applied, alone.

    Selection: `device_token` and `environment` (None: all), `count` (the next n matching pushes; None: until
    cleared), `probability` (0 to 1). `latency_ms` passes before anything is sent; whether the push is accepted is
    decided at once, as at APNs.

    Actions:
        none: processed as ever; for latency and answer style alone.
        answer: `status` and `reason` (and `timestamp_ms`) instead of Apple's rules; `body` replaces the JSON.
        silence: never answered. reset: RST_STREAM with `error_code`. refuse: RST_STREAM with REFUSED_STREAM.
        close: the connection ends with a FIN or an RST (`how`).
        goaway: GOAWAY with `error_code` and JSON `reason`, one frame for each `last_stream_id` ("current": this
            push's stream; "previous": the one before it). Pushes above the last one are not accepted and never
            answered, the others are, after the GOAWAY or before it (`order`). Then the connection is closed.

    Answer style: `trickle_ms` between single bytes, `header_bytes` of padding in the header block.
    `accepted` (silence, reset, close, answer): True records a push that passes Apple's rules as accepted although
    the sender never learns of it.
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
                f"{', '.join(sorted(foreign))} has no meaning for action {self.action}; "
                f"expected some of {', '.join(sorted(allowed))}"
            )
        if self.action == "answer" and self.status is None:
            raise BadInputError("missing field status; action answer needs it")
        _check_range("status", self.status, 200, 599)
        _check_range("count", self.count, 1, None)
        _check_range("probability", self.probability, 0, 1)
        _check_range("latency_ms", self.latency_ms, 0, None)
        _check_range("trickle_ms", self.trickle_ms, 0, None)
        _check_range("header_bytes", self.header_bytes, 0, _MAX_HEADER_BYTES)
        check_goaway(self.error_code, self.last_stream_ids)

    @property
    def last_stream_ids(self) -> list[LastStreamId]:
        """One for each GOAWAY frame."""
        return as_list(self.last_stream_id)


@dataclass(slots=True)
class Faults:
    """The faults that are switched on; `seed` makes probabilities repeatable."""

    seed: int = 0
    _faults: dict[int, Fault] = field(default_factory=dict)
    _next_id: int = 1
    _random: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)  # noqa: S311 - which pushes fail is no secret

    def new_id(self) -> int:
        """Return the id for a fault to be added."""
        self._next_id += 1
        return self._next_id - 1

    def add(self, fault: Fault) -> None:
        """Switch a fault on, after the ones that are."""
        self._faults[fault.id] = fault

    def take(self, device_token: str | None, environment: Environment) -> Fault | None:
        """Return the fault for a push, counting it off; None for an ordinary push."""
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
        """Return the faults that are switched on, with the counts that are left."""
        return list(self._faults.values())

    def remove(self, fault_id: int) -> bool:
        """Switch one fault off; False if it is not on."""
        return self._faults.pop(fault_id, None) is not None

    def clear(self) -> None:
        """Switch all faults off."""
        self._faults.clear()


def lets_through(fault: Fault, stream_id: int) -> bool:
    """Tell whether a push that keeps Apple's rules is accepted under this fault."""
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
    """Return one value for each GOAWAY frame."""
    return last_stream_id if isinstance(last_stream_id, list) else [last_stream_id]


def check_goaway(error_code: int, last_stream_ids: list[LastStreamId]) -> None:
    """Check what GOAWAY frames are to say.

    Raises:
        BadInputError: nothing, or something out of range.
    """
    _check_range("error_code", error_code, 0, _MAX_ERROR_CODE)
    if not last_stream_ids:
        raise BadInputError("last_stream_id is an empty list; expected one for each GOAWAY frame")
    for stream_id in last_stream_ids:
        if isinstance(stream_id, int):
            _check_range("last_stream_id", stream_id, 0, MAX_STREAM_ID)


def _check_range(name: str, value: float | None, low: float, high: float | None) -> None:
    if value is not None and not low <= value <= (math.inf if high is None else high):
        raise BadInputError(f"{name} is {value}; expected {low} or more{'' if high is None else f', at most {high}'}")
