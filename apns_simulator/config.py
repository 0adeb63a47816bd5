"""The simulator's settings, which can be changed while it runs."""

from dataclasses import dataclass
from typing import Literal

from apns_simulator.errors import BadInputError

Environment = Literal["production", "sandbox"]
ENVIRONMENTS: tuple[Environment, Environment] = ("production", "sandbox")
MAX_SETTING = 2**32 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatorConfig:
    """Settings of all connections.

    APNs allows one stream until a valid push, then many, and one again after an error (Apple, "Sending notification
    requests to APNs"; clients have seen 1000). For benchmarks set `initial_max_concurrent_streams` to
    `max_concurrent_streams` and `throttle_after_error` to False.

    Attributes:
        max_concurrent_streams: streams a connection may have open once a push was accepted on it.
        initial_max_concurrent_streams: the same before that, and after an error.
        throttle_after_error: whether a 4xx other than 410 sets a connection back to the initial number.
        bad_environment_reason: the reason for a key of the other environment; the second spelling is undocumented
            but has been seen on the wire.
        accept_unknown_devices: whether pushes to well-formed device tokens that were not declared are accepted.
        answer_pings: False ignores PING frames, as a dead peer would.
    """

    max_concurrent_streams: int = 1000
    initial_max_concurrent_streams: int = 1
    throttle_after_error: bool = True
    bad_environment_reason: Literal["BadEnvironmentKeyIdInToken", "BadEnvironmentKeyInToken"] = (
        "BadEnvironmentKeyIdInToken"
    )
    accept_unknown_devices: bool = True
    answer_pings: bool = True

    def __post_init__(self) -> None:
        for name in ("max_concurrent_streams", "initial_max_concurrent_streams"):
            if not 0 <= getattr(self, name) <= MAX_SETTING:
                raise BadInputError(f"{name} is {getattr(self, name)}; expected 0 to {MAX_SETTING}")
