"""Who has the stack's directory. The kernel lets go of the lock when its owner ends, however it ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from local.errors import AlreadyRunning
from local.paths import StackDirectory


@contextmanager
def exclusive(directory: StackDirectory) -> Iterator[None]:
    """Raises `AlreadyRunning`."""
    directory.path.mkdir(mode=0o700, parents=True, exist_ok=True)
    with directory.lock.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(_who_is_there(directory)) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def is_held(directory: StackDirectory) -> bool:
    try:
        with directory.lock.open("r") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def _who_is_there(directory: StackDirectory) -> str:
    pid = directory.lock.read_text() or "unknown"
    if directory.contract.exists():
        return f"a stack is already running (process {pid}); it is described in {directory.contract}"
    return f"a stack is being started or stopped right now (process {pid})"
