"""`python -m ops.commands.deploy_parameters CONFIG [Name=value...]` prints the parameters of `make deploy`, one a line.

They are those of samconfig.toml's environment, those given, which win, and `Release`: a hash of them and of what sam
has built. A parameter on sam's command line puts the ones in samconfig.toml out of force, so all are given there.
"""

import hashlib
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from ops.errors import InvalidSetting
from ops.stack.directory import ROOT
from ops.stack.samconfig import section

_BUILD = ROOT / ".aws-sam" / "build"


def parameters(samconfig: str, environment: str, given: Sequence[str]) -> dict[str, str]:
    """Raises `InvalidSetting`."""
    configured = section(samconfig, environment).get("deploy", {}).get("parameters", {}).get("parameter_overrides", [])
    return _parse(configured) | _parse(given)


def release(build: Path, values: Mapping[str, str]) -> str:
    """Changes when anything that is deployed does. `build` has sam's artifacts and template."""
    digest = hashlib.sha256(repr(sorted(values.items())).encode())
    for path in sorted(path for path in build.rglob("*") if path.is_file()):
        digest.update(f"\0{path.relative_to(build)}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def _parse(texts: Sequence[str]) -> dict[str, str]:
    if malformed := [text for text in texts if "=" not in text]:
        raise InvalidSetting(f"parameters are Name=value, not {', '.join(malformed)}")
    return {name: value for name, _, value in (text.partition("=") for text in texts)}


def main(arguments: Sequence[str]) -> int:
    environment, *given = arguments
    try:
        values = parameters((ROOT / "samconfig.toml").read_text(), environment, given)
    except InvalidSetting as error:
        print(error, file=sys.stderr)
        return 1
    for name, value in {**values, "Release": release(_BUILD, values)}.items():
        print(f"{name}={value}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
