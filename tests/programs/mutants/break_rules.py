"""Breaks one rule after the other in a copy of the project, and runs the tests that must notice."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence

from ops.stack.directory import ROOT
from tests.programs.mutants.results import Verdict
from tests.programs.mutants.rules import Rule
from tests.programs.mutants.workspace import COPIED, WORKSPACES

COPY = WORKSPACES / "rules"
KNOWN = WORKSPACES / "rules.json"
# Longer than any of these tests takes: a change that makes one hang is noticed.
TIMEOUT_S = 120


class NothingToNotice(Exception):
    """They fail although no rule is broken, so that they can notice nothing."""


def break_all(rules: Sequence[Rule], emulator_url: str, *, seconds: float) -> None:
    """Those that are not known to be noticed. Stops when the time is over. Raises `NothingToNotice`."""
    ends_at = time.monotonic() + seconds
    waiting = [rule for rule in rules if verdict_of(rule) is not Verdict.KILLED]
    if not waiting:
        return
    _lay_out()
    if not _tests_pass(sorted({test for rule in waiting for test in rule.tests}), emulator_url, timeout_s=seconds):
        raise NothingToNotice("tests of the rules fail although none is broken; make test says which")
    for rule in waiting:
        if time.monotonic() > ends_at:
            return
        verdict = _break(rule, emulator_url)
        print(f"{verdict}: {rule.rule}", flush=True)
        _remember(rule, verdict)


def verdict_of(rule: Rule) -> Verdict:
    """As of a run with the same file and the same change."""
    return Verdict(_known().get(_name(rule), Verdict.PENDING))


def _break(rule: Rule, emulator_url: str) -> Verdict:
    file = COPY / "functions" / rule.file
    former = file.read_text()
    file.write_text(rule.broken())
    try:
        return Verdict.SURVIVED if _tests_pass(rule.tests, emulator_url, timeout_s=TIMEOUT_S) else Verdict.KILLED
    finally:
        file.write_text(former)


def _lay_out() -> None:
    shutil.rmtree(COPY, ignore_errors=True)
    for name in (*COPIED, "pyproject.toml", "README.md"):
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, COPY / name, ignore=shutil.ignore_patterns("__pycache__"), symlinks=True)
        else:
            shutil.copy2(source, COPY / name)


def _tests_pass(tests: Iterable[str], emulator_url: str, *, timeout_s: float) -> bool:
    command = [sys.executable, "-m", "pytest", "-x", "-q", "--tb=no", "-p", "no:cacheprovider", "-k", "not dynalite"]
    try:
        done = subprocess.run(
            [*command, *(f"tests/{test}" for test in tests)],
            cwd=COPY,
            # Bytecode of a file that was changed twice within a second, to the same length, would be taken for new.
            env=os.environ | {"VOIP_EMULATOR": emulator_url, "PYTHONDONTWRITEBYTECODE": "1"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=timeout_s,
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def _name(rule: Rule) -> str:
    return hashlib.sha256(rule.broken().encode()).hexdigest()


def _known() -> dict[str, str]:
    known: dict[str, str] = json.loads(KNOWN.read_text()) if KNOWN.exists() else {}
    return known


def _remember(rule: Rule, verdict: Verdict) -> None:
    KNOWN.write_text(json.dumps(_known() | {_name(rule): verdict}))
