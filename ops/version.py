"""The version of this checkout, from pyproject.toml, which is the one place that has it."""

import tomllib

from ops.stack.directory import ROOT


def project_version() -> str:
    version: str = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    return version
