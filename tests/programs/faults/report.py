"""The matrix as a table, for the terminal and docs/reliability.md."""

from collections.abc import Mapping
from pathlib import Path

from tests.programs.faults.cell import EXPECTED, Cell, Dependency, all_cells
from tests.programs.faults.observation import Observation

BEGIN, END = "<!-- make faults: begin -->", "<!-- make faults: end -->"
HEAD = "| kind | moment | rung | pushes | connections | deliveries | longest s | logged | counted | |"
REQUEST_HEAD = "| kind | moment | answered | afterwards | took s | logged | counted | |"


def markdown(results: Mapping[str, Observation]) -> str:
    parts = []
    for dependency in Dependency:
        cells = [cell for cell in all_cells() if cell.dependency is dependency]
        head, columns = (REQUEST_HEAD, 8) if dependency in EXPECTED else (HEAD, 10)
        expected = [f"Expected: {EXPECTED[dependency]}.", ""] if dependency in EXPECTED else []
        rows = (_row(cell, results, columns) for cell in cells)
        parts.append("\n".join([f"### {dependency}", "", *expected, head, f"|{'---|' * columns}", *rows]))
    return "\n\n".join(parts)


def write(document: Path, results: Mapping[str, Observation]) -> None:
    """Between the markers."""
    before, _, rest = document.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    document.write_text(f"{before}{BEGIN}\n\n{markdown(results)}\n\n{END}{after}")


def line(observation: Observation) -> str:
    verdict = "ok" if not observation.wrong else "WRONG  " + "; ".join(observation.wrong)
    if observation.answers:
        answers = ", then ".join(observation.answers)
        return f"{observation.cell:62} {answers:40} {observation.longest_s:.1f} s  {verdict}"
    return (
        f"{observation.cell:62} rung {observation.rung}/{observation.calls}  pushes {observation.pushes}  "
        f"connections {observation.connections}  deliveries {observation.deliveries}  "
        f"{observation.longest_s:.1f} s  {verdict}"
    )


def _row(cell: Cell, results: Mapping[str, Observation], columns: int) -> str:
    seen = results.get(cell.name)
    if cell.impossible:
        values = [*[""] * (columns - 3), f"not possible: {cell.impossible}"]
    elif seen is None:
        values = [*[""] * (columns - 3), "not run"]
    else:
        values = [*_shown(seen), _counts(seen.logged), _counts(seen.counted), "; ".join(seen.wrong) or "as expected"]
    return f"| {cell.kind} | {cell.moment} | {' | '.join(values)} |"


def _shown(seen: Observation) -> list[str]:
    if seen.answers:
        return [*seen.answers, f"{seen.longest_s:.1f}"]
    return [
        f"{seen.rung}/{seen.calls}",
        str(seen.pushes),
        str(seen.connections),
        str(seen.deliveries),
        f"{seen.longest_s:.1f}",
    ]


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {number}" for name, number in counts.items())
