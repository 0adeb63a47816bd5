"""Time that passes only when a test says so."""

NOON_MS = 1_744_960_000_000


class MovedClock:
    def __init__(self, now_ms: int = NOON_MS) -> None:
        self.now_ms = now_ms

    def __call__(self) -> int:
        return self.now_ms

    def pass_ms(self, duration_ms: int) -> None:
        self.now_ms += duration_ms
