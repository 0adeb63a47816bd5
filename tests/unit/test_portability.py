"""What macOS does not have: GNU make above 3.81, /proc. `.ci/as-on-a-mac` has what needs a run."""

import re
import subprocess
from pathlib import Path

import pytest

from ops.stack.directory import ROOT

# What came after 3.81, which is the make of macOS, by https://git.savannah.gnu.org/cgit/make.git/plain/NEWS
NEWER = {
    "one shell a recipe (3.82)": r"^\.ONESHELL",
    "another recipe prefix (3.82)": r"^\.RECIPEPREFIX",
    "undefine (3.82)": r"^\s*undefine\b",
    "private variables (3.82)": r"^[^#\t]*:\s*private\b",
    "export in a variable of a target (3.82)": r"^[^#\t=]+:\s*(un)?export\b",
    "!= (4.0)": r"^[\w.-]+\s*!=",
    "::= (4.0)": r"^[\w.-]+\s*:::?=",
    "load (4.0)": r"^-?load\b",
    "$(file …), $(guile …) (4.0)": r"\$[({](file|guile)\s",
    "grouped targets (4.3)": r"&:",
    ".EXTRA_PREREQS (4.3)": r"\.EXTRA_PREREQS",
    "$(let …), $(intcmp …), .WAIT, .NOTINTERMEDIATE (4.4)": r"\$[({](let|intcmp)\s|\.WAIT\b|\.NOTINTERMEDIATE",
}


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z", *patterns], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


@pytest.mark.parametrize("feature", NEWER)
def test_no_makefile_needs_a_newer_make_than_that_of_macos(feature: str) -> None:
    makefiles = tracked("*Makefile", "*.mk")

    assert len(makefiles) >= 3
    for makefile in makefiles:
        found = re.search(NEWER[feature], makefile.read_text(), re.MULTILINE)
        assert not found, f"{makefile.relative_to(ROOT)}: {found[0] if found else ''}"


@pytest.mark.parametrize(
    ("feature", "line"),
    [("!= (4.0)", "NOW != date"), ("grouped targets (4.3)", "a b &: c"), ("one shell a recipe (3.82)", ".ONESHELL:")],
)
def test_such_a_feature_would_be_found(feature: str, line: str) -> None:
    assert re.search(NEWER[feature], f"# x\n{line}\n", re.MULTILINE)


# Linux only, with another way elsewhere.
PROC = {"tests/programs/bench/cold/report.py"}


def test_nothing_needs_proc() -> None:
    users = {
        str(file.relative_to(ROOT))
        for file in tracked("*.py", "*Makefile", ".ci/*")
        if file != Path(__file__) and re.search(r"[\"' ]/proc/", file.read_text())
    }

    assert users <= PROC
