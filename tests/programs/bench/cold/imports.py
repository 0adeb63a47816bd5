"""Where a function's start goes: the time of its imports, by package, and of making its clients."""

import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from statistics import median

from tests.programs.bench.cold.world import Subject, World

_LINE = re.compile(r"import time: +(\d+) \| +\d+ \| +(\S+)")
_OURS = ("shared", "webhook", "push", "tokens", "calls", "authorizer")
_PACKAGES = ("botocore", "urllib3", "dateutil", "jmespath", "aws_lambda_powertools")
OWN = "our modules, and making the clients"
REST = "Python's library"


def import_times(world: World, subject: Subject, variables: Mapping[str, str], runs: int = 5) -> dict[str, float]:
    """Milliseconds by package, medians. Python takes the times (`-X importtime`), which makes imports slower."""
    found = [_by_package(_import_time(world, subject, variables)) for _ in range(runs)]
    return {name: median(each[name] for each in found) / 1000 for name in (*_PACKAGES, REST, OWN)}


def _import_time(world: World, subject: Subject, variables: Mapping[str, str]) -> str:
    path = os.pathsep.join(map(str, (subject.task, subject.opt / "python", world.runtime)))
    module = subject.handler.rpartition(".")[0]
    return subprocess.run(
        [sys._base_executable, "-S", "-X", "importtime", "-c", f"import {module}"],  # type: ignore[attr-defined]
        env={**variables, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
        stderr=subprocess.PIPE,
        text=True,
        check=True,
        timeout=60,
    ).stderr


def _by_package(lines: str) -> Counter[str]:
    """Microseconds in the modules themselves, without what they import."""
    times: Counter[str] = Counter()
    for line in lines.splitlines():
        if found := _LINE.match(line):
            package = found[2].partition(".")[0]
            times[OWN if package in _OURS else package if package in _PACKAGES else REST] += int(found[1])
    return times
