"""Packages import each other in one direction and without circles; the simulator imports none of them."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ops.stack.directory import ROOT
from tests.support.pyproject import pyproject

PACKAGES = sorted(
    str(path.parent.relative_to(ROOT))
    for folder in (ROOT, ROOT / "functions")
    for path in folder.glob("*/__init__.py")
    if path.parent.name != "tests"
)


def lint_imports(directory: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--config", ROOT / "pyproject.toml"],
        cwd=directory,
        env={**os.environ, "PYTHONPATH": f"{directory / 'functions'}:{directory}", "NO_COLOR": "1", "COLUMNS": "200"},
        capture_output=True,
        text=True,
    )


def test_every_package_is_under_the_rules() -> None:
    settings = pyproject()["tool"]["importlinter"]

    names = {Path(package).name for package in PACKAGES}
    assert set(settings["root_packages"]) == names
    layers = {name for layer in settings["contracts"][0]["layers"] for name in layer.split(" | ")}
    assert layers | {"apns_simulator"} == names


def test_packages_import_in_one_direction_without_circles() -> None:
    result = lint_imports(ROOT)

    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(
    ("module", "imported"),
    [
        ("ops/errors.py", "local.settings"),
        ("functions/shared/clock.py", "ops.errors"),
        ("functions/shared/clock.py", "push.calls"),
        ("functions/push/calls.py", "webhook.config"),
        ("functions/push/calls.py", "apns_simulator.config"),
        ("apns_simulator/rules.py", "shared.clock"),
        ("ops/errors.py", "ops.doctor.run"),
        ("functions/push/apns/outcomes.py", "push.delivery"),
    ],
)
def test_an_import_against_the_direction_is_found(tmp_path: Path, module: str, imported: str) -> None:
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__", "static"))
    with (tmp_path / module).open("a") as source:
        source.write(f"\nimport {imported}\n")

    result = lint_imports(tmp_path)

    assert result.returncode == 1, result.stdout
    assert "BROKEN" in result.stdout


def test_helpers_are_not_imported_from_test_modules() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {line}"
        for path in (ROOT / "tests").rglob("*.py")
        for line in path.read_text().splitlines()
        if re.match(r"from tests\.([\w.]+\.)?(test_\w+|conftest) import", line)
    ]

    assert not found, "keep what several tests need in tests/support"
