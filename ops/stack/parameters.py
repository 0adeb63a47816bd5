"""Parameters of the template in one line of text, as `sam deploy` takes them and `sam deploy --guided` writes them.

`Name=value Name="a value" Name=""`. In quotes `\\"` stands for `"`; SAM knows no way to end a quoted value with `\\`.
"""

import re
from collections.abc import Mapping, Sequence

from ops.errors import InvalidSetting

_PAIR = re.compile(r""" *([A-Za-z0-9]+)=("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|(?:\\.|[^\s"'\\])*)(?= |\Z) *""")
_ESCAPED = re.compile(r"""\\([ "'])""")


def parse(overrides: str | Sequence[str] | Mapping[str, object]) -> dict[str, str]:
    """`overrides` in any form that samconfig.toml may have. Raises `InvalidSetting`."""
    if isinstance(overrides, Mapping):
        return {name: str(value) for name, value in overrides.items()}
    if isinstance(overrides, str):
        return _parse_line(overrides)
    return {name: value for line in overrides for name, value in _parse_line(line).items()}


def _parse_line(line: str) -> dict[str, str]:
    values: dict[str, str] = {}
    # As SAM does first of all, even where the last blank is escaped.
    line = line.strip()
    position = 0
    while position < len(line):
        pair = _PAIR.match(line, position)
        if pair is None:
            raise InvalidSetting(
                f"cannot read {line[position:].strip()!r} of the parameters {line!r}: expected Name=value, "
                'and quotes around a value with blanks: Name="a value"'
            )
        values[pair[1]] = _unquote(pair[2])
        position = pair.end()
    return values


def _unquote(text: str) -> str:
    bare = text[1:-1] if text[:1] in ('"', "'") else text
    return _ESCAPED.sub(r"\1", bare)
