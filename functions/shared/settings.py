"""Configuration from environment variables: read once, checked together, reported in one message."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from shared.errors import ConfigurationError

# With sam local, host.docker.internal is the machine that runs the container.
LOOPBACK = {"127.0.0.1", "::1", "localhost", "host.docker.internal"}


class Settings:
    """Reads settings and collects what is wrong with them, until `check` raises it all at once."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables
        self._problems: list[str] = []

    def text(self, name: str) -> str:
        value = self._variables.get(name, "").strip()
        if not value:
            self._problems.append(f"{name} is missing")
        return value

    def optional_text(self, name: str) -> str:
        return self._variables.get(name, "").strip()

    def one_of(self, name: str, choices: tuple[str, ...]) -> str:
        value = self.text(name)
        if value and value not in choices:
            self._problems.append(f"{name} must be one of {', '.join(choices)}")
        return value

    def integer(self, name: str, *, minimum: int, maximum: int) -> int:
        value = self.text(name)
        if value.isdecimal() and minimum <= int(value) <= maximum:
            return int(value)
        if value:
            self._problems.append(f"{name} must be a whole number from {minimum} to {maximum}")
        return minimum

    def https_url(self, name: str) -> str:
        """A URL with https; http only to this machine, for local testing."""
        value = self.text(name).rstrip("/")
        if value and not is_secure_url(value):
            self._problems.append(f"{name} must be a URL that begins with https://")
        return value

    def optional_https_url(self, name: str) -> str:
        return self.https_url(name) if self.optional_text(name) else ""

    def require(self, valid: bool, problem: str) -> None:
        if not valid:
            self._problems.append(problem)

    def check(self) -> None:
        """Raises `ConfigurationError` if anything was missing or wrong."""
        if self._problems:
            raise ConfigurationError("; ".join(self._problems))


def is_secure_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK))
