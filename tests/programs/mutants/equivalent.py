"""Mutants that no test can tell from the original, each with the reason: equivalent.toml."""

import ast
import re
import tomllib
from dataclasses import dataclass
from difflib import unified_diff
from functools import cache
from pathlib import Path

from tests.programs.mutants.results import Mutant

LIST = Path(__file__).with_name("equivalent.toml")


@dataclass(frozen=True, slots=True)
class Change:
    """What a mutant changes: the lines that it replaces, and those that it puts in their place, without indentation."""

    function: str
    was: str
    becomes: str


@dataclass(frozen=True, slots=True)
class Equivalent:
    """`change` may have a part of the lines only, which says enough."""

    change: Change
    why: str

    def is_of(self, change: Change) -> bool:
        mine = self.change
        if mine.function != change.function:
            return False
        return any(
            change.was[: part.start()] + mine.becomes + change.was[part.end() :] == change.becomes
            for part in re.finditer(re.escape(mine.was), change.was)
        )


@cache
def listed() -> list[Equivalent]:
    entries = tomllib.loads(LIST.read_text())["mutant"]
    return [Equivalent(Change(each["function"], each["was"], each["becomes"]), each["why"]) for each in entries]


def is_equivalent(change: Change) -> bool:
    """Listed, or no change at all: 1e16 + 1 is the same floating-point number."""
    return change.was == change.becomes or any(each.is_of(change) for each in listed())


def change_of(mutant: Mutant) -> Change:
    functions = _functions(mutant.file)
    own = mutant.name.removeprefix(f"{mutant.module}.")
    former, mutated = (functions[name] for name in (re.sub(r"\d+$", "orig", own), own))
    lines = [line for line in unified_diff(former, mutated, n=0, lineterm="") if not line.startswith(("---", "+++"))]
    return Change(mutant.function, *(_joined(lines, sign) for sign in "-+"))


@cache
def _functions(file: Path) -> dict[str, list[str]]:
    """The lines of each variant of each function that mutmut has written, a statement a line, under one name."""
    found = {}
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            name, node.name, node.decorator_list = node.name, "_", []
            found[name] = ast.unparse(node).splitlines()
    return found


def _joined(lines: list[str], sign: str) -> str:
    return " ".join(line[1:].strip() for line in lines if line.startswith(sign))
