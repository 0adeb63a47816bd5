"""Progress of the commands: plain lines with the time since the start, readable in any log."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

_HEARTBEAT_S = 10.0


class Progress:
    def __init__(self) -> None:
        self._started = time.monotonic()

    @property
    def elapsed_s(self) -> float:
        return time.monotonic() - self._started

    def say(self, text: str) -> None:
        print(f"[{self.elapsed_s:5.1f} s] {text}", flush=True)

    @contextmanager
    def step(self, text: str) -> Iterator[None]:
        """Repeats the line every few seconds while the step lasts."""
        self.say(text)
        done = threading.Event()
        thread = threading.Thread(target=self._repeat, args=(text, done), daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

    def _repeat(self, text: str, done: threading.Event) -> None:
        while not done.wait(_HEARTBEAT_S):
            self.say(f"  still {text}")


def block(text: str, indent: str = "    ") -> None:
    print("\n".join(f"{indent}{line}" if line else "" for line in text.splitlines()), flush=True)


def confirmed(question: str) -> bool:
    """Whether somebody at the terminal says yes; nobody there is a no."""
    try:
        return input(f"{question} [y/N] ").strip().lower() in ("y", "yes")
    except EOFError:
        return False
