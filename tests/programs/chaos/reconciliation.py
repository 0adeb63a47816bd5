"""What a run is found to have come to: rows for the reader, and what is wrong."""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class Reconciliation:
    rows: list[tuple[str, str]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def row(self, what: str, value: object) -> None:
        self.rows.append((what, str(value)))

    def demand(self, what: str, wrong: Sequence[object]) -> None:
        """A row that must be 0, with the first few that make it more."""
        self.row(what, len(wrong))
        self.problems += [f"{what}: {each}" for each in wrong[:5]]

    def print(self) -> None:
        width = max(len(what) for what, _ in self.rows)
        print("\n" + "\n".join(f"  {what:{width}}  {value}" for what, value in self.rows) + "\n")
        for problem in self.problems:
            print(f"  WRONG  {problem}")
