"""samconfig.toml: which stack belongs to which environment."""

import tomllib
from dataclasses import dataclass
from typing import Any

from ops.errors import InvalidSetting


@dataclass(frozen=True, slots=True)
class Environment:
    stack_name: str
    region: str | None = None
    """None: the shell's."""
    profile: str | None = None
    """Of the AWS credentials. None: the shell's."""


def section(text: str, name: str) -> dict[str, Any]:
    """Raises `InvalidSetting`."""
    config = tomllib.loads(text)
    if name not in config or name == "version":
        known = ", ".join(name for name in config if name != "version")
        raise InvalidSetting(f"samconfig.toml has no environment {name!r}, only {known}")
    found: dict[str, Any] = config[name]
    return found


def environment(text: str, name: str) -> Environment:
    """Raises `InvalidSetting`."""
    options = _options_of_deploy(text, name)
    if "stack_name" not in options:
        raise InvalidSetting(f"samconfig.toml names no stack for {name!r}")
    return Environment(options["stack_name"], options.get("region"), options.get("profile"))


def parameter_overrides(text: str, name: str) -> Any:
    """As they are written: a string, a list of strings or a table. Raises `InvalidSetting`."""
    return _options_of_deploy(text, name).get("parameter_overrides", "")


def _options_of_deploy(text: str, name: str) -> dict[str, Any]:
    commands = section(text, name)
    return {
        **commands.get("global", {}).get("parameters", {}),
        **commands.get("deploy", {}).get("parameters", {}),
    }
