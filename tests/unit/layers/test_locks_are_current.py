"""The locks hold what make lock would put there: what is asked for, what that needs in turn, and nothing else.

Without an index, from the metadata of what is installed here. That the versions are the latest is nobody's claim.
"""

import re
from collections.abc import Iterable, Mapping
from importlib.metadata import distributions, requires

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.support.locks import LAYERS, ROOT, logical_lines
from tests.support.pyproject import pyproject

# What python -m venv brings along, in a version of its own.
FROM_VENV = {"pip"}


def asked_for(lines: Iterable[str]) -> list[Requirement]:
    return [Requirement(line.partition(" #")[0]) for line in lines if not line.startswith("-")]


def of_layer(layer: str) -> list[Requirement]:
    return asked_for(logical_lines(ROOT / "layers" / layer / "requirements.in"))


def of_group(group: str) -> list[Requirement]:
    """With the groups that it includes, and the layers."""
    lines = pyproject()["dependency-groups"][group]
    included = [each for line in lines if isinstance(line, dict) for each in of_group(line["include-group"])]
    own = asked_for(line for line in lines if isinstance(line, str))
    return own + included + [each for layer in LAYERS for each in of_layer(layer)]


def locked(path: str, environment: Mapping[str, str]) -> dict[str, Version]:
    """As far as a lock is for that environment."""
    found = {}
    for line in logical_lines(ROOT / path):
        requirement = Requirement(re.split(r"\s--hash", line)[0])
        if requirement.marker is None or requirement.marker.evaluate(dict(environment)):
            [specifier] = requirement.specifier
            found[canonicalize_name(requirement.name)] = Version(specifier.version)
    return found


def needed(roots: Iterable[Requirement], environment: Mapping[str, str]) -> dict[str, list[Requirement]]:
    """Everything that the roots lead to, with what is asked of each."""
    found: dict[str, list[Requirement]] = {}
    seen: set[tuple[str, str]] = set()
    waiting = [(requirement, "") for requirement in roots]
    while waiting:
        requirement, extra = waiting.pop()
        marker = requirement.marker
        if marker is not None and not marker.evaluate({**environment, "extra": extra}):
            continue
        name = canonicalize_name(requirement.name)
        found.setdefault(name, []).append(requirement)
        for wanted in {"", *requirement.extras}:
            if (name, wanted) not in seen:
                seen.add((name, wanted))
                waiting += [(Requirement(text), wanted) for text in requires(name) or ()]
    return found


HERE = {name: str(value) for name, value in default_environment().items()}
LAMBDA = HERE | {"sys_platform": "linux", "platform_system": "Linux", "platform_machine": "aarch64"}
LOCKS = {
    **{f"layers/{layer}/requirements.txt": (of_layer(layer), LAMBDA) for layer in LAYERS},
    "requirements-run.txt": (of_group("run"), HERE),
    "requirements-dev.txt": (of_group("dev"), HERE),
}


@pytest.mark.parametrize("path", LOCKS)
def test_a_lock_holds_what_is_needed_and_nothing_else(path: str) -> None:
    roots, environment = LOCKS[path]
    wanted, have = needed(roots, environment), locked(path, environment)

    assert set(have) - set(wanted) == set(), "nobody needs them any more: make lock"
    assert set(wanted) - set(have) == set(), "not locked: make lock"
    assert [each for name in wanted for each in wanted[name] if not each.specifier.contains(have[name], True)] == []


def test_tools_that_run_are_the_same_for_those_who_work_on_it() -> None:
    developers = locked("requirements-dev.txt", HERE)

    assert {name: developers[name] for name in locked("requirements-run.txt", HERE)} == locked(
        "requirements-run.txt", HERE
    )


def test_what_is_installed_is_what_is_locked() -> None:
    have = locked("requirements-dev.txt", HERE)
    installed = {canonicalize_name(each.metadata["Name"]): Version(each.version) for each in distributions()}

    for name in FROM_VENV:
        installed.pop(name, None)
        have.pop(name, None)
    assert installed == have


def test_a_lock_without_a_package_is_seen() -> None:
    """So that the first test can fail: each package of a layer is needed by something."""
    roots, environment = LOCKS["layers/apns/requirements.txt"]

    assert {"httpx", "h2", "hpack", "cryptography", "cffi", "pycparser", "jh2", "pyjwt"} <= set(
        needed(roots, environment)
    )
