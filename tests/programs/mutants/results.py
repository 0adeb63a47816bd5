"""What mutmut has found out, as it keeps it beside the mutated files."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from tests.programs.mutants.workspace import mutated


class Verdict(StrEnum):
    KILLED = "killed"
    SURVIVED = "survived"
    UNTESTED = "no test runs it"
    PENDING = "not tried yet"
    UNCLEAR = "unclear"


# mutmut's exit codes. A mutant that hangs, or that breaks the import of a test, is noticed as well. Any other code is
# not clear: it counts as survived, and is tried again. 255 is that of a worker in which pytest refused to run, as where
# it finds a test under another name when it collects a second time.
_VERDICTS = {
    None: Verdict.PENDING,
    0: Verdict.SURVIVED,
    **dict.fromkeys((1, 2, 3, 4, 24, -24, 36, 152), Verdict.KILLED),
    **dict.fromkeys((5, 33), Verdict.UNTESTED),
}


_NAME = re.compile(r"(?P<module>[\w.]+)\.x(?:_|ǁ(?P<cls>\w+)ǁ)(?P<function>\w+)__mutmut_\d+")


@dataclass(frozen=True, slots=True)
class Mutant:
    name: str
    verdict: Verdict
    file: Path = Path()
    """Where mutmut has written it, beside the original and the function's other mutants."""

    @property
    def module(self) -> str:
        return _parsed(self.name)["module"]

    @property
    def function(self) -> str:
        """As in `webhook.receive.authenticate` or `push.queue.SqsQueue.send`."""
        parts = _parsed(self.name)
        return ".".join(filter(None, (parts["module"], parts["cls"], parts["function"])))


def _parsed(name: str) -> re.Match[str]:
    parts = _NAME.fullmatch(name)
    if parts is None:
        raise ValueError(f"mutmut names mutants in another way than we know: {name}")
    return parts


def mutants(package: str) -> Iterator[Mutant]:
    for path in _files(package):
        for name, code in _read(path)["exit_code_by_key"].items():
            yield Mutant(name, _VERDICTS.get(code, Verdict.UNCLEAR), path.with_suffix(""))


def forget_survivors(package: str) -> None:
    """They are tried again: the tests may have become better."""
    for path in _files(package):
        data = _read(path)
        codes = data["exit_code_by_key"]
        data["exit_code_by_key"] = {
            name: code if _VERDICTS.get(code) is Verdict.KILLED else None for name, code in codes.items()
        }
        if data["exit_code_by_key"] != codes:
            path.write_text(json.dumps(data))


def _files(package: str) -> list[Path]:
    return sorted((mutated(package) / "src").rglob("*.meta"))


def _read(path: Path) -> dict[str, dict[str, int | None]]:
    data: dict[str, dict[str, int | None]] = json.loads(path.read_text())
    return data
