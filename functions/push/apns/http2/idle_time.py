"""How long nothing was heard, on clocks that may stop or jump."""

import time
from collections.abc import Callable

from shared.clock import Clock


class IdleTime:
    """Time since the last `reset`.

    While Lambda freezes an environment the monotonic clock may stand still, and the wall clock can be set: the larger
    of both counts, so that a doubt costs a probe at most.
    """

    def __init__(self, wall_ms: Clock, monotonic_s: Callable[[], float] = time.monotonic) -> None:
        self._wall_ms = wall_ms
        self._monotonic_s = monotonic_s
        self.reset()

    def reset(self) -> None:
        self._since_wall_ms = self._wall_ms()
        self._since_monotonic_s = self._monotonic_s()

    def seconds(self) -> float:
        return max(self._monotonic_s() - self._since_monotonic_s, (self._wall_ms() - self._since_wall_ms) / 1000)
