"""The rules on which calls and phones depend, each with a change of the code that breaks it: rules.toml."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from ops.stack.directory import ROOT

LIST = Path(__file__).with_name("rules.toml")


class RuleOutOfDate(Exception):
    """The text that the rule's change replaces is not in its file, or more than once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    rule: str
    file: str
    """Below functions/."""
    old: str
    new: str
    tests: tuple[str, ...]
    """Below tests/. One of them must notice."""

    def broken(self) -> str:
        """The file's text with the change. Raises `RuleOutOfDate`."""
        text = (ROOT / "functions" / self.file).read_text()
        if text.count(self.old) != 1:
            raise RuleOutOfDate(f"{self.rule}: {text.count(self.old)} times in functions/{self.file}: {self.old}")
        return text.replace(self.old, self.new)


def listed() -> list[Rule]:
    return [Rule(**each | {"tests": tuple(each["tests"])}) for each in tomllib.loads(LIST.read_text())["rule"]]
