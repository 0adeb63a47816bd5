"""The locked requirements as data."""

import re
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from ops.stack.directory import ROOT

LAYERS = ["base", "apns"]
LOCKS = [*(f"layers/{layer}/requirements.txt" for layer in LAYERS), "requirements-run.txt", "requirements-dev.txt"]


def logical_lines(path: Path) -> list[str]:
    text = re.sub(r"\\\n", " ", path.read_text())
    return [line.strip() for line in text.splitlines() if line.strip() and not line.strip().startswith("#")]


def pins(path: Path) -> dict[str, Version]:
    """The locked versions by the packages' canonical names."""
    found = {}
    for line in logical_lines(path):
        requirement = Requirement(re.split(r"\s--hash", line)[0])
        [specifier] = requirement.specifier
        assert specifier.operator == "==", line
        found[canonicalize_name(requirement.name)] = Version(specifier.version)
    return found


def locked(layer: str) -> dict[str, Version]:
    return pins(ROOT / "layers" / layer / "requirements.txt")
