"""How make mutants breaks a rule and learns whether a test notices."""

from pathlib import Path

import pytest

from tests.programs.mutants import break_rules
from tests.programs.mutants.break_rules import NothingToNotice, break_all, verdict_of
from tests.programs.mutants.results import Verdict
from tests.programs.mutants.rules import Rule

FILE = "push/queue.py"
RULE = Rule(rule="ten at once", file=FILE, old="MAX_ENTRIES = 10", new="MAX_ENTRIES = 11", tests=("a",))
OTHER = Rule(rule="patience", file=FILE, old="(1, 2, 4, 8)", new="(1, 2, 4)", tests=("b",))


class Runs:
    """Which of them fail while the copy has this text; what ran."""

    def __init__(self, copy: Path, *notice: str) -> None:
        self.ran: list[list[str]] = []
        self._file = copy / "functions" / FILE
        self._notice = notice

    def pass_(self, tests: list[str], emulator_url: str, *, timeout_s: float) -> bool:
        self.ran.append(list(tests))
        return not any(text in self._file.read_text() for text in self._notice)


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(break_rules, "COPY", tmp_path / "copy")
    monkeypatch.setattr(break_rules, "KNOWN", tmp_path / "rules.json")
    return tmp_path / "copy"


def run(copy: Path, monkeypatch: pytest.MonkeyPatch, *notice: str) -> Runs:
    tests = Runs(copy, *notice)
    monkeypatch.setattr(break_rules, "_tests_pass", tests.pass_)
    break_all([RULE, OTHER], "emulator", seconds=60)
    return tests


def test_all_tests_run_once_unbroken_and_then_those_of_each_rule(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [verdict_of(RULE), verdict_of(OTHER)] == [Verdict.PENDING] * 2

    tests = run(copy, monkeypatch, RULE.new)

    assert tests.ran == [["a", "b"], ["a"], ["b"]]
    assert [verdict_of(RULE), verdict_of(OTHER)] == [Verdict.KILLED, Verdict.SURVIVED]
    assert RULE.old in (copy / "functions" / FILE).read_text()


def test_what_was_noticed_is_not_tried_again_and_what_was_not_is(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(copy, monkeypatch, RULE.new)

    tests = run(copy, monkeypatch, OTHER.new)

    assert tests.ran == [["b"], ["b"]]
    assert verdict_of(OTHER) is Verdict.KILLED
    assert run(copy, monkeypatch).ran == []


def test_tests_that_fail_without_a_change_notice_nothing(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NothingToNotice):
        run(copy, monkeypatch, RULE.old)
