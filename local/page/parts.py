"""Reads the stack part by part. One that can't be read is named, and its last value stays on the page."""

from collections.abc import Callable
from typing import Any

import httpx
from botocore.exceptions import BotoCoreError, ClientError

from apns_simulator import ControlError

_GONE = ("ResourceNotFoundException", "QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue")


class Parts:
    def __init__(self) -> None:
        self._last: dict[str, Any] = {}
        self._problems: list[str] = []

    def read[T](self, name: str, read: Callable[[], T], otherwise: T) -> T:
        """What `read` returns; if it fails, what it returned last, or `otherwise`."""
        key = f"{name} {read.__qualname__}"
        known: T = self._last.get(key, otherwise)
        self._last[key] = value = self.latest(name, read, known)
        return value

    def latest[T](self, name: str, read: Callable[[], T], otherwise: T) -> T:
        """Of news, which must not be shown twice: what `read` returns; if it fails, `otherwise`."""
        try:
            return read()
        except (BotoCoreError, ClientError, ControlError, httpx.HTTPError, OSError) as error:
            self._problems.append(f"{name} {_reason(error)}")
            return otherwise

    def problems(self) -> tuple[str, ...]:
        """Since they were asked for last, each once."""
        found, self._problems = tuple(dict.fromkeys(self._problems)), []
        return found


def _reason(error: Exception) -> str:
    if not isinstance(error, ClientError):
        return f"can't be read: {type(error).__name__}"
    if error.response["Error"].get("Code") in _GONE:
        return "does not exist"
    return f"can't be read: {error.response['Error'].get('Message', error)}"
