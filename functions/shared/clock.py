"""The one place where time is read."""

import time
from collections.abc import Callable

type Clock = Callable[[], int]
"""Milliseconds since the epoch."""


def now_ms() -> int:
    return time.time_ns() // 1_000_000
