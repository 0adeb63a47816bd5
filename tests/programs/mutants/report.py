"""What `make mutants` prints, and keeps in its README."""

import subprocess
from collections.abc import Collection, Mapping
from datetime import date
from pathlib import Path

from ops.stack.directory import ROOT
from tests.programs.mutants import break_rules, rules
from tests.programs.mutants.equivalent import Change, change_of, is_equivalent
from tests.programs.mutants.packages import PACKAGES
from tests.programs.mutants.results import Mutant, Verdict, mutants
from tests.programs.mutants.score import GOAL, HEADER, Score, scores

README = Path(__file__).with_name("README.md")
BEGIN, END = "<!-- make mutants: begin -->\n", "<!-- make mutants: end -->\n"


def report(packages: Collection[str], *, with_rules: bool) -> bool:
    """Prints what is known of them. Whether all is as it should be."""
    by_module = _scores(packages, show=True)
    print(f"\n{_table(by_module)}")
    good = all(score.value >= GOAL and not score.pending for score in by_module.values())
    if with_rules:
        print(f"\n{_rules(show=True)}")
        good = good and all(break_rules.verdict_of(rule) is Verdict.KILLED for rule in rules.listed())
    return good


def write_readme(today: date) -> None:
    """All that is known, with the day and the commit."""
    untried = [package for package in PACKAGES if not any(mutants(package))]
    parts = [f"{today}, {_commit()}.", _rules(show=False), _table(_scores(PACKAGES, show=False))]
    if untried:
        parts.append(f"Not tried yet: {', '.join(untried)}.")
    text = "\n\n".join(parts)
    before, _, rest = README.read_text().partition(BEGIN)
    README.write_text(f"{before}{BEGIN}\n{text}\n\n{END}{rest.partition(END)[2]}")


def _scores(packages: Collection[str], *, show: bool) -> Mapping[str, Score]:
    found = [mutant for package in packages for mutant in mutants(package)]
    survivors = {
        mutant: change_of(mutant) for mutant in found if mutant.verdict in (Verdict.SURVIVED, Verdict.UNTESTED)
    }
    if show:
        for mutant, change in survivors.items():
            if not is_equivalent(change):
                _print(mutant, change)
    return scores(found, {mutant for mutant, change in survivors.items() if is_equivalent(change)})


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
