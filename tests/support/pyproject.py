"""pyproject.toml as data."""

import tomllib
from typing import Any

from ops.stack.directory import ROOT


def pyproject() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())
