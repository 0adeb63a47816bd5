"""`make fuzz`: exit code 0 only if nothing happened that must not."""

import argparse
import sys

import tests.conftest  # noqa: F401 (the environment that Lambda would give)
from tests.programs.fuzz.coverage import Coverage
from tests.programs.fuzz.engine import Report
from tests.programs.fuzz.run import run


def main() -> int:
    parser = argparse.ArgumentParser(prog="make fuzz")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--inputs", type=int, default=200_000)
    arguments = parser.parse_args()
    report, coverage = run(seed=arguments.seed, inputs=arguments.inputs)
    _print(report, coverage)
    if report.problems:
        print(f"\nAgain: make fuzz SEED={arguments.seed} INPUTS={arguments.inputs}")
    return 1 if report.problems else 0


def _print(report: Report, coverage: Coverage) -> None:
    for name, outcomes in report.outcomes.items():
        print(f"\n  {name}: {outcomes.total()} inputs; {report.kept[name]} reached something new and were built upon")
        for outcome, count in outcomes.most_common(12):
            print(f"    {count:8}  {outcome}")
    print("\n  lines within functions that were reached")
    for module, (reached, every) in coverage.by_module().items():
        print(f"    {reached:4} of {every:4}  {module}")
    print(f"    and {len(coverage.branches)} branches")
    print(f"\n  {report.inputs} inputs in {report.seconds:.0f} s, {report.inputs / report.seconds:.0f} a second")
    for problem in report.problems:
        print(f"\n  WRONG  {problem}")
    print("\n  Nothing happened that must not." if not report.problems else "")


if __name__ == "__main__":
    sys.exit(main())
