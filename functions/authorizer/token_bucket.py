"""How often something may be done that costs somebody."""

from shared.clock import Clock


class TokenBucket:
    """A token bucket: `burst` at once, and `per_s` in the long run."""

    def __init__(self, clock: Clock, *, burst: int, per_s: float) -> None:
        self._clock = clock
        self._burst = burst
        self._per_ms = per_s / 1000
        self._left = float(burst)
        self._counted_at_ms = clock()

    def take(self) -> bool:
        """False if it is used up for now."""
        now_ms = self._clock()
        self._left = min(self._burst, self._left + max(0, now_ms - self._counted_at_ms) * self._per_ms)
        self._counted_at_ms = now_ms
        if self._left < 1:
            return False
        self._left -= 1
        return True
