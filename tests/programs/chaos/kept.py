"""What is left of a run whose counts do not reconcile, so that the reason can be found: the stack is gone by then."""

import json
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from ops.stack.directory import ROOT
from tests.programs.chaos.pushes import Interruptions, Push
from tests.support.aws.function_logs import Line

DIRECTORY = ROOT / ".local" / "chaos"


def keep(
    pushes: Sequence[Push],
    connections: Sequence[dict[str, Any]],
    interruptions: Interruptions,
    lines: Iterable[Line],
    directory: Path = DIRECTORY,
) -> None:
    """One JSON object a line; the log lines in a file for each function. Replaces what an earlier run has left."""
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    _write(directory / "pushes.jsonl", map(json.dumps, pushes))
    _write(directory / "connections.jsonl", map(json.dumps, connections))
    interrupted = {"killed_at_ms": list(interruptions.killed_at_ms), "hung_ms": list(interruptions.hung_ms)}
    _write(directory / "interruptions.json", [json.dumps(interrupted)])
    by_group: dict[str, list[str]] = {}
    for group, line in lines:
        by_group.setdefault(group, []).append(line.rstrip("\n"))
    for group, of_group in by_group.items():
        _write(directory / f"{group.rsplit('/', 1)[-1]}.log", of_group)


def _write(file: Path, lines: Iterable[str]) -> None:
    file.write_text("".join(f"{line}\n" for line in lines))
