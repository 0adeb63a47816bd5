"""Each package's errors are in its `errors` module, so that a reader sees them together."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PACKAGES = ("functions", "ops", "local", "apns_simulator")
_BUILT_IN = {"Exception", "ValueError", "RuntimeError", "OSError", "TypeError", "LookupError", "KeyError"}


def errors_in(source: str, known: set[str]) -> set[str]:
    """Public classes of a module that derive from an exception, directly or over those in `known`."""
    return {
        node.name
        for node in ast.parse(source).body
        if isinstance(node, ast.ClassDef)
        and not node.name.startswith("_")
        and any(ast.unparse(base).rsplit(".", 1)[-1] in known for base in node.bases)
    }


def test_errors_are_in_errors_modules() -> None:
    sources = {path: path.read_text() for name in PACKAGES for path in (ROOT / name).rglob("*.py")}
    known = _BUILT_IN.copy()
    while more := {name for source in sources.values() for name in errors_in(source, known)} - known:
        known |= more

    elsewhere = {
        f"{path.relative_to(ROOT)}: {name}"
        for path, source in sources.items()
        if path.name != "errors.py"
        for name in errors_in(source, known)
    }

    assert {"CommandError", "ApnsKeyUnusable", "UnusableSecret", "StackUnknown"} <= known
    assert not elsewhere


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("class Broken(Exception): ...", {"Broken"}),
        ("class Broken(shared.errors.UnusableSecret): ...", {"Broken"}),
        ("class _Internal(Exception): ...", set()),
        ("class Settings: ...", set()),
    ],
)
def test_what_counts_as_an_error(source: str, found: set[str]) -> None:
    assert errors_in(source, {"Exception", "UnusableSecret"}) == found
