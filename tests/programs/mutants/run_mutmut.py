"""mutmut, as a program of its own: it brings a pytest of its own along."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import IO

from tests.programs.mutants.results import forget_survivors
from tests.programs.mutants.workspace import lay_out, mutated, workspace


def run_mutmut(package: str, directory: Path, emulator_url: str, *, children: int, seconds: float) -> None:
    """Over a package of functions/, for so long at most. It goes on where it was interrupted."""
    lay_out(package)
    forget_survivors(package)
    directory = directory.resolve()
    log = workspace(package) / "mutmut.log"
    with log.open("w") as output:
        status = _run(package, directory, emulator_url, children, seconds, output)
    if status > 0:
        print(f"mutmut failed for {package}:\n{log.read_text()[-4_000:]}")


def _run(package: str, directory: Path, emulator_url: str, children: int, seconds: float, output: IO[str]) -> int:
    """mutmut's exit code. In a terminal it shows its progress there."""
    process = subprocess.Popen(
        [sys.executable, directory / "bin" / "mutmut", "run", "--max-children", str(children)],
        cwd=workspace(package),
        # mutmut, and the tests in its copy of the project.
        env=os.environ | {"VOIP_EMULATOR": emulator_url, "PYTHONPATH": f"{directory}{os.pathsep}{mutated(package)}"},
        stdout=None if sys.stdout.isatty() else output,
        start_new_session=True,
    )
    try:
        return process.wait(timeout=seconds)
    except (subprocess.TimeoutExpired, KeyboardInterrupt) as stopped:
        # Not SIGINT, which is ignored by what a shell has started in the background.
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()
        if isinstance(stopped, KeyboardInterrupt):
            raise
        return 0
