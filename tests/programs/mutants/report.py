"""What `make mutants` prints, and keeps in its README."""

import subprocess
from collections.abc import Collection, Mapping
from datetime import date
from pathlib import Path

from ops.stack.directory import ROOT
from tests.programs.mutants import break_rules, rules
from tests.programs.mutants.equivalent import Change, change_of, is_equivalent, listed
from tests.programs.mutants.packages import PACKAGES
from tests.programs.mutants.results import Mutant, Verdict, mutants
from tests.programs.mutants.score import GOAL, HEADER, Score, scores

README = Path(__file__).with_name("README.md")
_ALIVE = (Verdict.SURVIVED, Verdict.UNTESTED)
BEGIN, END = "<!-- make mutants: begin -->\n", "<!-- make mutants: end -->\n"


def report(packages: Collection[str], *, with_rules: bool) -> bool:
    """Prints what is known of them. Whether all is as it should be."""
    found, equivalent = _found(packages)
    for mutant in found:
        if mutant.verdict in _ALIVE and mutant not in equivalent:
            _print(mutant, change_of(mutant))
    by_module = scores(found, equivalent)
    print(f"\n{_table(by_module)}\n\n{by_chance(equivalent)}")
    good = all(score.value >= GOAL and not score.pending for score in by_module.values())
    if with_rules:
        print(f"\n{_rules(show=True)}")
        good = good and all(break_rules.verdict_of(rule) is Verdict.KILLED for rule in rules.listed())
    return good


def write_readme(today: date) -> None:
    """All that is known, with the day and the commit."""
    untried = [package for package in PACKAGES if not any(mutants(package))]
    found, equivalent = _found(PACKAGES)
    parts = [f"{today}, {_commit()}.", _rules(show=False), _table(scores(found, equivalent)), by_chance(equivalent)]
    if untried:
        parts.append(f"Not tried yet: {', '.join(untried)}.")
    text = "\n\n".join(parts)
    before, _, rest = README.read_text().partition(BEGIN)
    README.write_text(f"{before}{BEGIN}\n{text}\n\n{END}{rest.partition(END)[2]}")


def _found(packages: Collection[str]) -> tuple[list[Mutant], set[Mutant]]:
    """All mutants, and those of them that no test can tell from the original."""
    found = [mutant for package in packages for mutant in mutants(package)]
    functions = {each.change.function for each in listed()}
    candidates = [mutant for mutant in found if mutant.verdict in _ALIVE or mutant.function in functions]
    return found, {mutant for mutant in candidates if is_equivalent(change_of(mutant))}


def by_chance(equivalent: Collection[Mutant]) -> str:
    """How far to believe the score: no test can have noticed an equivalent mutant."""
    killed = sum(mutant.verdict is Verdict.KILLED for mutant in equivalent)
    return f"{killed} of {len(equivalent)} equivalent mutants were killed, which is by tests that failed by chance."


def _print(mutant: Mutant, change: Change) -> None:
    print(f"\n{mutant.verdict}: {change.function}\n  - {change.was}\n  + {change.becomes}")


def _table(by_module: Mapping[str, Score]) -> str:
    rows = [score.row(name) for name, score in by_module.items()]
    return "\n".join([HEADER, *rows, sum(by_module.values(), Score()).row("**together**")])


def _rules(*, show: bool) -> str:
    verdicts = {rule: break_rules.verdict_of(rule) for rule in rules.listed()}
    for rule, verdict in verdicts.items():
        if show and verdict is not Verdict.KILLED:
            print(f"\n{verdict}: {rule.rule}\n  functions/{rule.file}\n  - {rule.old}\n  + {rule.new}")
    noticed = sum(verdict is Verdict.KILLED for verdict in verdicts.values())
    return f"Rules: a test notices {noticed} of {len(verdicts)} changes that break one."


def _commit() -> str:
    done = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return f"commit {done.stdout.strip()}"
