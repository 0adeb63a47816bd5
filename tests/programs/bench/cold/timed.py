"""A handler around a handler that says when it was ready and how long it took. In Lambda's image and as a process.

As a process it reads events, one a line, and writes what it has measured to the file descriptor BENCH_FD.
"""

import os
import time

_module, _, _name = os.environ["BENCH_HANDLER"].rpartition(".")
_handler = getattr(__import__(_module, fromlist=[_name]), _name)
_ready_at = time.time()


def handler(event, context):
    started, cpu_started = time.perf_counter(), time.process_time()
    answer = _handler(event, context)
    took_s, cpu_s = time.perf_counter() - started, time.process_time() - cpu_started
    return {"answer": answer, "ready_at": _ready_at, "took_ms": took_s * 1000, "cpu_ms": cpu_s * 1000}


class _Context:
    def get_remaining_time_in_millis(self):
        return 6_000


def _main():
    import json
    import sys

    for line in sys.stdin:
        measured = handler(json.loads(line), _Context())
        os.write(int(os.environ["BENCH_FD"]), json.dumps({**measured, "answered_at": time.time()}).encode() + b"\n")


if __name__ == "__main__":
    _main()
