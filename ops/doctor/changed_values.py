"""Values that template.yaml sets and somebody has changed by hand."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from ops.doctor.findings import Problem, ProblemCode
from ops.stack.template import UNKNOWN


@dataclass(frozen=True, slots=True)
class Changed:
    """A value as the template has it and as it is; whether they differ is for `compared` to say."""

    name: str
    expected: Any
    found: Any

    @property
    def differs(self) -> bool:
        return self.expected is not UNKNOWN and _normal(self.expected) != _normal(self.found)


def compared(about: str, values: Iterable[Changed]) -> Iterator[Problem]:
    """One problem that names all values that differ, or none."""
    differing = [value for value in values if value.differs]
    if differing:
        shown = "; ".join(
            f"{each.name} is {_shown(each.found)}, template.yaml has {_shown(each.expected)}" for each in differing
        )
        yield Problem(
            ProblemCode.VALUE_CHANGED,
            f"{about}: {shown}",
            "set it back where it was changed, or make deploy with the parameter if it was meant: "
            "CloudFormation does not undo a change that it does not know of",
            about=about,
        )


def _normal(value: Any) -> str:
    """CloudFormation's parameters are all text."""
    return "" if value is None else str(value).removesuffix(".0")


def _shown(value: Any) -> str:
    return "nothing" if value in (None, "") else repr(value) if isinstance(value, str) else str(value)
