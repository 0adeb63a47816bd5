"""samconfig.toml: which stack belongs to which environment."""

import tomllib
from dataclasses import dataclass
from typing import Any

from ops.errors import InvalidSetting


@dataclass(frozen=True, slots=True)
class Environment:
    stack_name: str
    region: str | None
    """None: the shell's."""


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
    commands = section(text, name)
    parameters = {
        **commands.get("global", {}).get("parameters", {}),
        **commands.get("deploy", {}).get("parameters", {}),
    }
    if "stack_name" not in parameters:
        raise InvalidSetting(f"samconfig.toml names no stack for {name!r}")
    return Environment(parameters["stack_name"], parameters.get("region"))
