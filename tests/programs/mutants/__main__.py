"""`make mutants`: mutation testing of functions/ with mutmut. What has been found out is kept, so it can be stopped.

Exit code 0 if every module reaches the goal and nothing is left to try.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.programs.mutants.equivalent import change_of, listed
from tests.programs.mutants.packages import PACKAGES
from tests.programs.mutants.results import Mutant, Verdict, forget_survivors, mutants
from tests.programs.mutants.score import GOAL, HEADER, Score, scores
from tests.programs.mutants.workspace import lay_out, mutated, workspace
from tests.support.aws.emulator import running_emulator


def main() -> int:
    parser = argparse.ArgumentParser(prog="make mutants")
    parser.add_argument("--mutmut", type=Path, required=True, help="the folder in which it is installed")
    parser.add_argument("packages", nargs="*", choices=[*PACKAGES, []], help="of functions/; all if none is given")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--children", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--report", action="store_true", help="say only what is known already")
    parser.add_argument("--fresh", action="store_true", help="forget what is known")
    arguments = parser.parse_args()
    packages = arguments.packages or PACKAGES
    if arguments.fresh:
        for package in packages:
            shutil.rmtree(mutated(package), ignore_errors=True)
    if not arguments.report:
        with TemporaryDirectory() as directory, running_emulator(Path(directory)) as url:
            _run(packages, arguments, url)
    return _report([mutant for package in packages for mutant in mutants(package)])


def _run(packages: list[str], arguments: argparse.Namespace, emulator_url: str) -> None:
    ends_at = time.monotonic() + arguments.minutes * 60
    for package in packages:
        lay_out(package)
        forget_survivors(package)
        if not _mutmut(package, arguments, emulator_url, seconds=ends_at - time.monotonic()):
            return


def _mutmut(package: str, arguments: argparse.Namespace, emulator_url: str, *, seconds: float) -> bool:
    """False if it was interrupted: it goes on where it was the next time."""
    directory = arguments.mutmut.resolve()
    process = subprocess.Popen(
        [sys.executable, directory / "bin" / "mutmut", "run", "--max-children", str(arguments.children)],
        cwd=workspace(package),
        env=os.environ | {"VOIP_EMULATOR": emulator_url, "PYTHONPATH": str(directory)},
        start_new_session=True,
    )
    try:
        process.wait(timeout=max(0, seconds))
    except (subprocess.TimeoutExpired, KeyboardInterrupt):
        os.killpg(process.pid, signal.SIGINT)
        process.wait()
        return False
    return True


def _report(found: list[Mutant]) -> int:
    equivalents = {each.change for each in listed()}
    survivors = {
        mutant: change_of(mutant) for mutant in found if mutant.verdict in (Verdict.SURVIVED, Verdict.UNTESTED)
    }
    for mutant, change in survivors.items():
        if change not in equivalents:
            print(f"\n{mutant.verdict}: {change.function}\n  - {change.was}\n  + {change.becomes}")
    by_module = scores(found, {mutant for mutant, change in survivors.items() if change in equivalents})
    print(f"\n{HEADER}")
    for name, score in by_module.items():
        print(score.row(name))
    print(sum(by_module.values(), Score()).row("**together**"))
    return 0 if all(score.value >= GOAL and not score.pending for score in by_module.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
