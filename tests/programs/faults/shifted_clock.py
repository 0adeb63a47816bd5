"""The handler of a real function, in its process, on a clock that the events move."""

import importlib
import os
import time
from typing import Any

_real_time, _real_time_ns = time.time, time.time_ns
_offset_s = float(os.environ["FAULTS_OFFSET_S"])

time.time = lambda: _real_time() + _offset_s
time.time_ns = lambda: _real_time_ns() + round(_offset_s * 1_000_000_000)

_handler = importlib.import_module(f"{os.environ['FAULTS_FUNCTION']}.app").handler


class _Context:
    """Lambda's, whose deadline is on the real clock."""

    def __init__(self, context: Any, remaining_ms: int) -> None:
        self._context = context
        self._ends_at_s = time.monotonic() + remaining_ms / 1000

    def __getattr__(self, name: str) -> Any:
        return getattr(self._context, name)

    def get_remaining_time_in_millis(self) -> int:
        return max(0, round((self._ends_at_s - time.monotonic()) * 1000))


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """What the function returns, and how long that took: the start of the process does not count in Lambda either."""
    global _offset_s
    started_s = time.monotonic()
    # Asked of the shifted clock, Lambda's client would say 0.
    _offset_s = 0.0
    shifted = _Context(context, context.get_remaining_time_in_millis())
    _offset_s = event["offset_s"]
    result = _handler(event["event"], shifted)
    return {"result": result, "took_s": time.monotonic() - started_s}
