"""Real time, plus what the harness has skipped."""

import time


class ShiftedClock:
    def __init__(self) -> None:
        self.offset_s = 0.0

    def now_s(self) -> float:
        return time.time() + self.offset_s

    def now_ms(self) -> int:
        return int(self.now_s() * 1000)

    def skip(self, seconds: float) -> None:
        self.offset_s += seconds

    def skip_to(self, at_s: float) -> None:
        self.offset_s += max(0.0, at_s - self.now_s())
