"""The release: a hash of all that is deployed, which the functions get as the variable `RELEASE`.

SAM publishes a version of a function when a property of it has changed, and the value of a parameter is none.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from samcli.yamlhelper import yaml_dump, yaml_parse

_NOT_DEPLOYED = {".DS_Store"}


def release(build: Path, values: Mapping[str, str]) -> str:
    """Changes when anything that is deployed does. `build` has what sam has built, `values` the parameters."""
    digest = hashlib.sha256(repr(sorted(values.items())).encode())
    for path in sorted(path for path in build.rglob("*") if path.is_file() and path.name not in _NOT_DEPLOYED):
        digest.update(f"\0{path.relative_to(build)}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def retried(release: str, now: datetime) -> str:
    """The same release after one that CloudFormation has rolled back.

    Lambda publishes no second version of the same code and configuration, and the one of the failed deployment stays.
    """
    return f"{release}-{now:%Y%m%d%H%M%S}"


def stamp(template: Path, release: str) -> None:
    """Writes the release into a template that sam has built."""
    built: Any = yaml_parse(template.read_text())
    built["Globals"]["Function"]["Environment"]["Variables"]["RELEASE"] = release
    template.write_text(yaml_dump(built))
