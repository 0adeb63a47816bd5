"""The loop: an input made of one that reached something new, run, and kept if it reaches something new itself."""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from tests.programs.fuzz.coverage import Coverage
from tests.programs.fuzz.mutate import Mutator

# Of problems of one kind so many are shown.
SHOWN = 3


class Target(Protocol):
    """A part of the system under fuzzing."""

    name: str

    def seeds(self, mutator: Mutator) -> list[Any]: ...

    def mutated(self, parent: Any, mutator: Mutator) -> Any: ...

    def run(self, made: Any) -> str:
        """What came of it, in a word. Raises whatever must not happen, `Wrong` among it."""
        ...


class Wrong(AssertionError):
    """Something happened that must not."""


@dataclass(slots=True)
class Report:
    inputs: int = 0
    seconds: float = 0.0
    outcomes: dict[str, Counter[str]] = field(default_factory=dict)
    kept: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def fuzz(targets: Sequence[Target], coverage: Coverage, *, seed: int, inputs: int) -> Report:
    report, mutator, kinds = Report(), Mutator(seed), Counter[str]()
    corpora = {target.name: target.seeds(mutator) for target in targets}
    seeds = {name: len(corpus) for name, corpus in corpora.items()}
    report.outcomes = {target.name: Counter() for target in targets}
    started = time.monotonic()
    while report.inputs < inputs:
        target = targets[report.inputs % len(targets)]
        corpus = corpora[target.name]
        turn = report.inputs // len(targets)
        made = corpus[turn] if turn < seeds[target.name] else target.mutated(mutator.one_of(corpus), mutator)
        report.inputs += 1
        try:
            report.outcomes[target.name][target.run(made)] += 1
        except Exception as error:
            kind = f"{target.name}: {type(error).__name__}: {error}"
            report.outcomes[target.name]["WRONG"] += 1
            kinds[type(error).__name__] += 1
            if kinds[type(error).__name__] <= SHOWN:
                report.problems.append(f"{kind[:2000]}\n    {made!r:.4000}")
        if coverage.take_new():
            corpus.append(made)
    report.seconds = time.monotonic() - started
    report.kept = {name: len(corpus) for name, corpus in corpora.items()}
    return report
