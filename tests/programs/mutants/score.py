"""How many mutants the tests notice."""

from collections.abc import Collection
from dataclasses import dataclass, fields
from typing import Self

from tests.programs.mutants.results import Mutant, Verdict

GOAL = 0.97
HEADER = "| module | mutants | killed | survived | equivalent | not tried | score |\n|---|" + "---:|" * 6


@dataclass(slots=True)
class Score:
    killed: int = 0
    survived: int = 0
    equivalent: int = 0
    pending: int = 0

    @property
    def value(self) -> float:
        """The share of the killed among those that were tried and are not equivalent."""
        tried = self.killed + self.survived
        return self.killed / tried if tried else 1.0

    def __add__(self, other: Self) -> Self:
        return type(self)(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))

    def row(self, name: str) -> str:
        counts = [getattr(self, each.name) for each in fields(self)]
        score = f"{self.value:.1%}" if self.killed + self.survived else "-"
        return "| " + " | ".join([name, *map(str, [sum(counts), *counts]), score]) + " |"


def scores(found: Collection[Mutant], equivalent: Collection[Mutant]) -> dict[str, Score]:
    modules: dict[str, Score] = {}
    for mutant in found:
        score = modules.setdefault(mutant.module, Score())
        if mutant in equivalent:
            score.equivalent += 1
        elif mutant.verdict is Verdict.KILLED:
            score.killed += 1
        elif mutant.verdict is Verdict.PENDING:
            score.pending += 1
        else:
            score.survived += 1
    return modules
