"""Limits how often something that costs somebody may happen."""

from shared.clock import Clock


class TokenBucket:
    """Holds up to `burst` tokens and regains `per_s` of them a second."""

    def __init__(self, clock: Clock, *, burst: int, per_s: float) -> None:
        self._clock = clock
        self._burst = burst
        self._per_ms = per_s / 1000
        self._tokens = float(burst)
        self._refilled_at_ms = clock()

    def has_token(self) -> bool:
        self._refill()
        return self._tokens >= 1

    def take(self) -> None:
        """Takes a token, if there is one."""
        if self.has_token():
            self._tokens -= 1

    def _refill(self) -> None:
        now_ms = self._clock()
        elapsed_ms = max(0, now_ms - self._refilled_at_ms)
        self._tokens = min(self._burst, self._tokens + elapsed_ms * self._per_ms)
        self._refilled_at_ms = now_ms
