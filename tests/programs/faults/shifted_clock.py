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

    def __init__(self, context: Any) -> None:
        self._context = context

    def __getattr__(self, name: str) -> Any:
        return getattr(self._context, name)

    def get_remaining_time_in_millis(self) -> int:
        remaining_ms: int = self._context.get_remaining_time_in_millis()
        return remaining_ms + round(_offset_s * 1_000)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """What the function returns, and how long that took: the start of the process does not count in Lambda either."""
    global _offset_s
    _offset_s = event["offset_s"]
    started_s = time.monotonic()
    result = _handler(event["event"], _Context(context))
    return {"result": result, "took_s": time.monotonic() - started_s}
