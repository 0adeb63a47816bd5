"""The rules that make mutants breaks, and what it makes of mutmut's results."""

import ast
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ops.stack.directory import ROOT
from tests.programs.mutants import fastest_first, results, rules
from tests.programs.mutants.equivalent import Change, Equivalent, is_equivalent, listed
from tests.programs.mutants.packages import PACKAGES, answering_tests
from tests.programs.mutants.report import by_chance
from tests.programs.mutants.results import Mutant, Verdict, forget_survivors, mutants
from tests.programs.mutants.rules import Rule, RuleOutOfDate
from tests.programs.mutants.score import Score, scores
from tests.programs.mutants.workspace import mirror

KILLED = Mutant("tokens.app.x_handler__mutmut_1", Verdict.KILLED)
SURVIVED = Mutant("tokens.app.x_handler__mutmut_2", Verdict.SURVIVED)
UNTESTED = Mutant("tokens.app.x_handler__mutmut_3", Verdict.UNTESTED)
PENDING = Mutant("tokens.app.x_handler__mutmut_4", Verdict.PENDING)


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """mutmut's results of one file."""
    monkeypatch.setattr(results, "mutated", lambda package: tmp_path)
    file = tmp_path / "src" / "tokens" / "app.py.meta"
    file.parent.mkdir(parents=True)
    codes = {"tokens.app.x_f__mutmut_1": 1, "tokens.app.x_f__mutmut_2": 0, "tokens.app.x_f__mutmut_3": 33}
    file.write_text(json.dumps({"exit_code_by_key": codes, "durations_by_key": {}}))
    return file


@pytest.mark.parametrize(
    ("name", "module", "function"),
    [
        ("tokens.app.x_handler__mutmut_1", "tokens.app", "tokens.app.handler"),
        ("tokens.app.x__remove__mutmut_12", "tokens.app", "tokens.app._remove"),
        ("push.apns.key.xǁApnsKeySecretǁkeys__mutmut_3", "push.apns.key", "push.apns.key.ApnsKeySecret.keys"),
        ("push.batch.xǁWorkerǁ_settle__mutmut_3", "push.batch", "push.batch.Worker._settle"),
    ],
)
def test_a_mutant_is_of_a_function_of_a_module(name: str, module: str, function: str) -> None:
    mutant = Mutant(name, Verdict.KILLED)

    assert (mutant.module, mutant.function) == (module, function)


def test_the_score_is_of_those_that_were_tried_and_are_not_equivalent() -> None:
    score = scores([KILLED, SURVIVED, UNTESTED, PENDING], {UNTESTED})["tokens.app"]

    assert score == Score(killed=1, survived=1, equivalent=1, pending=1)
    assert score.value == 0.5
    assert score.row("x") == "| x | 4 | 1 | 1 | 1 | 1 | 50.0% |"


def test_an_equivalent_mutant_that_was_killed_was_so_by_chance() -> None:
    assert scores([KILLED, SURVIVED], {KILLED})["tokens.app"] == Score(survived=1, equivalent=1)
    assert by_chance({KILLED, SURVIVED}).startswith("1 of 2 equivalent mutants were killed")


def test_what_was_not_tried_has_no_score() -> None:
    assert Score(pending=3).row("x") == "| x | 3 | 0 | 0 | 0 | 3 | - |"


def test_a_mutant_that_no_test_runs_has_survived() -> None:
    assert scores([UNTESTED], set())["tokens.app"].survived == 1


def test_survivors_are_tried_again_and_the_killed_are_not(kept: Path) -> None:
    forget_survivors("tokens")

    assert [mutant.verdict for mutant in mutants("tokens")] == [Verdict.KILLED, Verdict.PENDING, Verdict.PENDING]


def test_the_copy_of_the_functions_follows_them_and_keeps_what_has_not_changed(tmp_path: Path) -> None:
    source, target = tmp_path / "functions", tmp_path / "src"
    source.mkdir()
    (source / "same.py").write_text("1")
    (source / "other.py").write_text("1")
    mirror(source, target, tmp_path / "mutated")
    before = (target / "same.py").stat().st_mtime_ns
    (source / "same.py").touch()
    (source / "other.py").rename(source / "new.py")

    mirror(source, target, tmp_path / "mutated")

    assert sorted(path.name for path in target.iterdir()) == ["new.py", "same.py"]
    assert (target / "same.py").stat().st_mtime_ns == before


def test_every_package_has_answering_tests_its_own() -> None:
    assert {"authorizer", "push", "shared", "tokens", "webhook"} <= set(PACKAGES)
    assert all(f"tests/unit/{package}" in answering_tests(package) for package in PACKAGES)
    assert "tests/integration/calls_table" in answering_tests("push")


@pytest.mark.parametrize(
    ("change", "is_one"),
    [
        (Change("a.f", "x = g(1, 2) + 1", "x = g(1, 3) + 1"), True),
        (Change("a.f", "x = 2 + g(2)", "x = 2 + g(3)"), True),
        (Change("a.f", "x = g(1, 2) + 1", "x = g(1, 3) + 2"), False),
        (Change("a.f", "x = g(1, 2) + 1", "x = g(2, 2) + 1"), False),
        (Change("a.other", "x = g(1, 2) + 1", "x = g(1, 3) + 1"), False),
    ],
)
def test_an_equivalent_mutant_may_be_listed_by_the_part_that_differs(change: Change, is_one: bool) -> None:
    assert Equivalent(Change("a.f", "2)", "3)"), "some reason").is_of(change) is is_one


def test_a_mutant_that_changes_nothing_is_equivalent() -> None:
    assert is_equivalent(Change("a.f", "", ""))
    assert not is_equivalent(Change("a.f", "2)", "3)"))


def test_every_equivalent_mutant_has_a_reason() -> None:
    for each in listed():
        assert each.change.was != each.change.becomes
        assert len(each.why.split()) > 3


@pytest.mark.parametrize("rule", rules.listed(), ids=lambda rule: rule.rule)
def test_every_rule_is_where_it_is_said_to_be(rule: Rule) -> None:
    """Else say in rules.toml where it lives now, and how it is broken there."""
    ast.parse(rule.broken())
    assert rule.tests
    assert all((ROOT / "tests" / test).exists() for test in rule.tests)


def test_every_rule_has_a_name_of_its_own() -> None:
    names = [rule.rule for rule in rules.listed()]

    assert len(names) == len(set(names)) > 100


@pytest.mark.parametrize("old", ["", "nowhere in it"])
def test_a_rule_whose_text_is_not_once_in_its_file_is_an_error(old: str) -> None:
    with pytest.raises(RuleOutOfDate, match="times in functions"):
        Rule(rule="x", file="push/queue.py", old=old, new="y", tests=()).broken()


def test_the_fastest_tests_come_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    durations = {"b.py::1": 0.01, "a.py::2": 3.0, "a.py::1": 0.02, "b.py::2": 0.1}
    fastest_first.MEASURED.write_text(json.dumps({"duration_by_test": durations}))
    items: list[Any] = [SimpleNamespace(nodeid=name) for name in durations]

    fastest_first.pytest_collection_modifyitems(items)

    assert [item.nodeid for item in items] == ["a.py::1", "b.py::1", "b.py::2", "a.py::2"]
