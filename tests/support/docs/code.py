"""What the functions say that they log and count, read from their source."""

import ast
from collections.abc import Iterator
from pathlib import Path

from ops.stack.directory import ROOT
from shared.log_messages import LogMessage

FUNCTIONS = ROOT / "functions"
PACKAGES = sorted(path.name for path in FUNCTIONS.iterdir() if path.name.isidentifier() and any(path.glob("*.py")))
_COUNTING = {"count", "add_metric", "_refuse", "_refused", "_tally"}
_LOGGERS = {"logger", "call_log", "_call_log", "CallLog"}


class Unreadable(AssertionError):
    """A metric or message is named in a way that this module can't follow."""


def messages_of(package: str) -> set[LogMessage]:
    return {
        LogMessage[node.attr]
        for _, node in _nodes(package)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "LogMessage"
    }


def literal_messages_of(package: str) -> list[str]:
    """Messages that are logged without being in the enumeration. Libraries' loggers, `_log`, may log any."""
    found = []
    for file, node in _nodes(package):
        match node:
            case ast.Call(
                func=ast.Attribute(
                    value=ast.Name(id=logger) | ast.Attribute(attr=logger) | ast.Call(func=ast.Name(id=logger))
                ),
                args=[ast.Constant(value=str(message)), *_],
            ) if logger in _LOGGERS:
                found.append(f"{file.name}:{node.lineno} {message}")
    return found


def metrics_of(package: str) -> set[str]:
    """Raises `Unreadable` for a name that is neither a literal nor from a table called `..._METRICS`."""
    names: set[str] = set()
    for file, node in _nodes(package):
        match node:
            case ast.Call(func=ast.Name(id=function) | ast.Attribute(attr=function), args=[name, *_]):
                if function in _COUNTING:
                    names |= _names(name, file)
            case ast.Assign(targets=[ast.Name(id="metric")], value=value):
                names |= _names(value, file)
            case (
                ast.Assign(targets=[ast.Name(id=table)], value=ast.Dict(values=values))
                | ast.AnnAssign(target=ast.Name(id=table), value=ast.Dict(values=values))
            ) if table.endswith("_METRICS"):
                names |= {each for value in values for each in _names(value, file)}
    return names


def _names(node: ast.expr, file: Path) -> set[str]:
    match node:
        case ast.Constant(value=str(name)):
            return {name}
        case ast.IfExp(body=body, orelse=orelse):
            return _names(body, file) | _names(orelse, file)
        case ast.Name(id="metric"):
            return set()
        case ast.Subscript(value=ast.Name(id=table)) if table.endswith("_METRICS"):
            return set()
    raise Unreadable(f"{file.name}:{node.lineno}: name metrics by literals, by `metric`, or in a table ..._METRICS")


def _nodes(package: str) -> Iterator[tuple[Path, ast.AST]]:
    for file in sorted((FUNCTIONS / package).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            yield file, node
