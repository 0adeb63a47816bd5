"""The directory in which the local stack keeps its files; git ignores it."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ops.errors import AlreadyRunning

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True, slots=True)
class StackDirectory:
    path: Path

    @property
    def description(self) -> Path:
        return self.path / "stack.json"

    @property
    def build(self) -> Path:
        return self.path / "build"

    @property
    def build_cache(self) -> Path:
        return self.path / "build-cache"

    @property
    def apns(self) -> Path:
        """The simulator's certificates and the .p8 key."""
        return self.path / "apns"

    @property
    def phone_key(self) -> Path:
        """Signs the JWTs of phones."""
        return self.path / "phone-key.pem"

    @property
    def scratch(self) -> Path:
        """The emulator's temporary files; emptied at every start and end."""
        return self.path / "scratch"

    @property
    def container_build(self) -> Path:
        """What sam local mounts into containers."""
        return self.path / "container-build"

    @property
    def sam_config(self) -> Path:
        """sam local's options, for `--config-file`; exists while the stack runs."""
        return self.path / "sam-local.toml"

    @property
    def sam_env(self) -> Path:
        return self.path / "sam-local-env.json"

    def log(self, name: str) -> Path:
        return self.path / "logs" / f"{name}.log"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Raises `AlreadyRunning`. The kernel releases the lock when its owner ends, however it ends."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._lock.open("a+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise AlreadyRunning(self._who_has_it()) from None
            file.truncate(0)
            file.write(str(os.getpid()))
            file.flush()
            yield

    def is_locked(self) -> bool:
        try:
            with self._lock.open("r") as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        except BlockingIOError:
            return True
        return False

    @property
    def _lock(self) -> Path:
        return self.path / "lock"

    def _who_has_it(self) -> str:
        pid = self._lock.read_text() or "unknown"
        if self.description.exists():
            return f"a stack is already running (process {pid}); it is described in {self.description}"
        return f"a stack is being started or stopped right now (process {pid})"
