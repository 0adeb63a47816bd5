"""The matrix as a table, for the terminal and docs/reliability.md."""

from collections.abc import Mapping
from pathlib import Path

from tests.programs.faults.cell import Cell, Dependency, all_cells
from tests.programs.faults.observation import Observation

BEGIN, END = "<!-- make faults: begin -->", "<!-- make faults: end -->"
HEAD = "| kind | moment | rung | pushes | connections | deliveries | longest s | logged | counted | |"
RULE = "|---|---|---|---|---|---|---|---|---|---|"


def markdown(results: Mapping[str, Observation]) -> str:
    parts = []
    for dependency in Dependency:
        cells = [cell for cell in all_cells() if cell.dependency is dependency]
        parts.append("\n".join([f"### {dependency}", "", HEAD, RULE, *(_row(cell, results) for cell in cells)]))
    return "\n\n".join(parts)


def write(document: Path, results: Mapping[str, Observation]) -> None:
    """Between the markers."""
    before, _, rest = document.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    document.write_text(f"{before}{BEGIN}\n\n{markdown(results)}\n\n{END}{after}")


def line(observation: Observation) -> str:
    verdict = "ok" if not observation.wrong else "WRONG  " + "; ".join(observation.wrong)
    return (
        f"{observation.cell:62} rung {observation.rung}/{observation.calls}  pushes {observation.pushes}  "
        f"connections {observation.connections}  deliveries {observation.deliveries}  "
        f"{observation.longest_s:.1f} s  {verdict}"
    )


def _row(cell: Cell, results: Mapping[str, Observation]) -> str:
    if cell.impossible:
        return f"| {cell.kind} | {cell.moment} | | | | | | | | not possible: {cell.impossible} |"
    seen = results.get(cell.name)
    if seen is None:
        return f"| {cell.kind} | {cell.moment} | | | | | | | | not run |"
    values = [
        f"{seen.rung}/{seen.calls}" + (f" ({', '.join(seen.answers)})" if seen.answers else ""),
        str(seen.pushes),
        str(seen.connections),
        str(seen.deliveries),
        f"{seen.longest_s:.1f}",
        _counts(seen.logged),
        _counts(seen.counted),
        "; ".join(seen.wrong) or "as expected",
    ]
    return f"| {cell.kind} | {cell.moment} | {' | '.join(values)} |"


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {number}" for name, number in counts.items())
