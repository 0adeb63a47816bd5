"""`make faults`: exit code 0 only if every cell is as expected. What has been run is kept, so it can be resumed."""

import argparse
import sys
import tempfile
import time
from pathlib import Path

import tests.conftest  # noqa: F401 (the environment that Lambda would give)
from tests.programs.faults import report
from tests.programs.faults.cell import all_cells
from tests.programs.faults.observation import Observation
from tests.programs.faults.run import run_cell
from tests.programs.faults.world import ROOT, running_dynamodb

RESULTS = ROOT / ".local" / "faults.jsonl"
DOCUMENT = ROOT / "docs" / "reliability.md"


def main() -> int:
    arguments = _parser().parse_args()
    if arguments.again:
        RESULTS.unlink(missing_ok=True)
    results = _read()
    cells = [cell for cell in all_cells() if not cell.impossible and arguments.only.lower() in cell.name.lower()]
    todo = [cell for cell in cells if arguments.only or cell.name not in results]
    print(f"{len(todo)} cells to run, {len(cells) - len(todo)} kept from before (AGAIN=1 forgets them)", flush=True)
    gives_up_at = time.monotonic() + arguments.minutes * 60
    with tempfile.TemporaryDirectory() as directory, running_dynamodb(Path(directory)) as dynamodb_url:
        for cell in todo:
            if time.monotonic() > gives_up_at:
                print(f"{arguments.minutes} minutes are over: make faults goes on where this has stopped")
                return 1
            observation = run_cell(cell, Path(directory), dynamodb_url)
            results[cell.name] = observation
            print(report.line(observation), flush=True)
            _keep(results)
    if arguments.write:
        report.write(DOCUMENT, results)
    wrong = [cell.name for cell in cells if results[cell.name].wrong]
    print(f"{len(cells) - len(wrong)} of {len(cells)} cells are as expected")
    return bool(wrong)


def _read() -> dict[str, Observation]:
    if not RESULTS.exists():
        return {}
    observations = [Observation.from_json(line) for line in RESULTS.read_text().splitlines()]
    return {observation.cell: observation for observation in observations}


def _keep(results: dict[str, Observation]) -> None:
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text("".join(f"{observation.to_json()}\n" for observation in results.values()))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make faults")
    parser.add_argument("--only", default="", help="cells whose name contains this; they are run again")
    parser.add_argument("--again", action="store_true", help="forget what has been run")
    parser.add_argument("--write", action="store_true", help="write the table into docs/reliability.md")
    parser.add_argument("--minutes", type=float, default=60)
    return parser


if __name__ == "__main__":
    sys.exit(main())
