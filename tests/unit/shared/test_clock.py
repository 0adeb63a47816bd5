"""The one place that reads the time."""

import time

from shared.clock import now_ms


def test_it_is_in_milliseconds() -> None:
    before_s = time.time()
    read_ms = now_ms()

    assert int(before_s * 1000) <= read_ms <= time.time() * 1000
