"""Where the local stack keeps its things: all of it in one directory that git ignores."""

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "local" / "samples"


@dataclass(frozen=True, slots=True)
class StackDirectory:
    path: Path

    @property
    def contract(self) -> Path:
        return self.path / "stack.json"

    @property
    def lock(self) -> Path:
        return self.path / "lock"

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
        """What the emulator leaves lying about; emptied at every start and end."""
        return self.path / "scratch"

    @property
    def container_build(self) -> Path:
        """What sam local mounts into containers."""
        return self.path / "container-build"

    @property
    def sam_config(self) -> Path:
        """sam local's options, for `--config-file`; it is there while there is something to talk to."""
        return self.path / "sam-local.toml"

    @property
    def sam_env(self) -> Path:
        return self.path / "sam-local-env.json"

    def log(self, name: str) -> Path:
        return self.path / "logs" / f"{name}.log"
