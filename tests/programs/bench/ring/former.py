"""The push function of another commit, with the layers of this one."""

import io
import subprocess
import tarfile
from pathlib import Path

from ops.stack.directory import ROOT
from tests.programs.bench.cold.world import Subject


def former_push(commit: str, directory: Path, *, opt: Path) -> Subject:
    archive = subprocess.run(["git", "archive", commit, "functions"], cwd=ROOT, capture_output=True, check=True).stdout
    task = directory / f"push-of-{commit}"
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        files.extractall(task, filter="data")
    return Subject(f"push of {commit}", "push.app.handler", task / "functions", opt)
