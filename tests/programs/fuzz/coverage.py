"""Which lines and branches of the functions have been reached, from Python's own monitoring.

A line tells once and is then switched off, a branch when both of its ways have been seen, so that it costs next to
nothing after a while.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, TracebackType
from typing import Any, Self

from ops.stack.directory import ROOT

FUNCTIONS = str(ROOT / "functions") + "/"

_TOOL = 4  # of the six that there can be; those of debuggers, coverage and profilers are 0 to 2
_EVENTS = sys.monitoring.events


class Coverage:
    def __init__(self) -> None:
        self.lines: set[tuple[str, int]] = set()
        self.branches: set[tuple[CodeType, int, int]] = set()
        self._ways: dict[tuple[CodeType, int], int] = {}
        self._new = False

    def take_new(self) -> bool:
        """Whether anything has been reached for the first time since this was last asked."""
        new, self._new = self._new, False
        return new

    def by_module(self) -> dict[str, tuple[int, int]]:
        """Lines within functions that were reached, and how many there are; of modules that were reached at all."""
        counts = {}
        for path in sorted({file for file, _ in self.lines}):
            every = set(_lines_within_functions(compile(Path(path).read_text(), path, "exec")))
            reached = {line for file, line in self.lines if file == path} & every
            counts[path.removeprefix(FUNCTIONS)] = (len(reached), len(every))
        return counts

    def __enter__(self) -> Self:
        sys.monitoring.use_tool_id(_TOOL, "fuzz")
        sys.monitoring.register_callback(_TOOL, _EVENTS.LINE, self._line)
        sys.monitoring.register_callback(_TOOL, _EVENTS.BRANCH, self._branch)
        sys.monitoring.set_events(_TOOL, _EVENTS.LINE | _EVENTS.BRANCH)
        # What an earlier run in this process has switched off.
        sys.monitoring.restart_events()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        sys.monitoring.set_events(_TOOL, 0)
        sys.monitoring.free_tool_id(_TOOL)

    def _line(self, code: CodeType, line: int) -> Any:
        if code.co_filename.startswith(FUNCTIONS):
            self.lines.add((code.co_filename, line))
            self._new = True
        return sys.monitoring.DISABLE

    def _branch(self, code: CodeType, at: int, to: int) -> Any:
        if not code.co_filename.startswith(FUNCTIONS):
            return sys.monitoring.DISABLE
        if (code, at, to) not in self.branches:
            self.branches.add((code, at, to))
            self._ways[code, at] = self._ways.get((code, at), 0) + 1
            self._new = True
        return sys.monitoring.DISABLE if self._ways[code, at] == 2 else None


def _lines_within_functions(code: CodeType, *, within: bool = False) -> Iterator[int]:
    """Not those of modules and classes, which run at import."""
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            is_function = within or bool(constant.co_flags & 0x2)  # CO_NEWLOCALS, which classes have not
            if is_function:
                lines = {line for _, _, line in constant.co_lines() if line}
                # The line of the def itself runs with what encloses it.
                yield from lines - {constant.co_firstlineno}
            yield from _lines_within_functions(constant, within=is_function)
