"""Every test can fail: it asserts something, expects an error, or calls a helper that does."""

import ast
from collections import defaultdict
from collections.abc import Iterator

import pytest

from ops.stack.directory import ROOT

type Function = ast.FunctionDef | ast.AsyncFunctionDef

# pytest's, Playwright's, and that of a validator of OpenAPI.
CHECKS = {"raises", "fail", "expect", "validate"}
MODULES = {path: ast.parse(path.read_text()) for path in (ROOT / "tests").rglob("*.py")}


def functions(tree: ast.AST) -> Iterator[Function]:
    return (node for node in ast.walk(tree) if isinstance(node, Function.__value__))


HELPERS: dict[str, list[Function]] = defaultdict(list)
for module in MODULES.values():
    for function in functions(module):
        HELPERS[function.name].append(function)


def called(function: Function) -> set[str]:
    calls = (node.func for node in ast.walk(function) if isinstance(node, ast.Call))
    return {each.id if isinstance(each, ast.Name) else getattr(each, "attr", "") for each in calls}


def checks_something(function: Function, seen: frozenset[str] = frozenset()) -> bool:
    names = called(function)
    if names & CHECKS or any(isinstance(node, ast.Assert) for node in ast.walk(function)):
        return True
    return any(checks_something(helper, seen | names) for name in names - seen for helper in HELPERS.get(name, ()))


def test_every_test_checks_something() -> None:
    tests = {
        f"{path.relative_to(ROOT)}::{function.name}": checks_something(function)
        for path, tree in MODULES.items()
        if path.name.startswith("test_")
        for function in functions(tree)
        if function.name.startswith("test_")
    }

    assert len(tests) > 1_000
    assert [name for name, checks in tests.items() if not checks] == []


@pytest.mark.parametrize("body", ["pass", "1 == 2", "for x in []: print(x)", "checks_nothing(1)"])
def test_one_that_checks_nothing_is_found(body: str) -> None:
    (test,) = functions(ast.parse(f"def test_x():\n    {body}"))

    assert not checks_something(test)
