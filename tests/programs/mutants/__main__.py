"""`make mutants`: do the tests notice changes of functions/? First of the rules in rules.toml, then mutmut's.

What has been found out is kept, so it can be stopped. Exit code 0 if every rule's change is noticed, every module
reaches the goal and nothing is left to try.
"""

import argparse
import os
import shutil
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.programs.mutants import break_rules, rules
from tests.programs.mutants.packages import PACKAGES
from tests.programs.mutants.report import report, write_readme
from tests.programs.mutants.run_mutmut import run_mutmut
from tests.programs.mutants.workspace import mutated
from tests.support.aws.emulator import running_emulator

RULES = "rules"


def main() -> int:
    parser = argparse.ArgumentParser(prog="make mutants")
    parser.add_argument("--mutmut", type=Path, required=True, help="the folder in which it is installed")
    parser.add_argument(
        "parts", nargs="*", choices=[RULES, *PACKAGES, []], help="rules, packages of functions/, or all"
    )
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--children", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--report", action="store_true", help="say only what is known already")
    parser.add_argument("--fresh", action="store_true", help="forget what is known")
    arguments = parser.parse_args()
    parts = arguments.parts or [RULES, *PACKAGES]
    if arguments.fresh:
        _forget(parts)
    if not arguments.report:
        with TemporaryDirectory() as directory, running_emulator(Path(directory)) as url:
            _run(parts, arguments, url)
        if not arguments.parts:
            write_readme(datetime.now(UTC).date())
    return 0 if report([part for part in parts if part != RULES], with_rules=RULES in parts) else 1


def _forget(parts: list[str]) -> None:
    for part in parts:
        if part == RULES:
            break_rules.KNOWN.unlink(missing_ok=True)
        else:
            shutil.rmtree(mutated(part), ignore_errors=True)


def _run(parts: list[str], arguments: argparse.Namespace, emulator_url: str) -> None:
    ends_at = time.monotonic() + arguments.minutes * 60
    for part in parts:
        seconds = ends_at - time.monotonic()
        if seconds <= 0:
            return
        if part == RULES:
            break_rules.break_all(rules.listed(), emulator_url, seconds=seconds)
        else:
            run_mutmut(part, arguments.mutmut, emulator_url, children=arguments.children, seconds=seconds)


if __name__ == "__main__":
    sys.exit(main())
