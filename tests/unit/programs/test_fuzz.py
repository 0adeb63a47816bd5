"""A short run of make fuzz, and proof that it would find something."""

import hmac

import pytest

from tests.programs.fuzz.coverage import Coverage
from tests.programs.fuzz.mutate import Mutator
from tests.programs.fuzz.run import run
from webhook.fields import Fields

INPUTS = 3_600


def test_nothing_happens_that_must_not() -> None:
    report, coverage = run(seed=7, inputs=INPUTS)

    assert report.problems == []
    assert report.inputs == INPUTS
    # Every part is reached: those who get in and those who do not, those who are rung and those who are not.
    assert {"200 queued", "200 noted", "200 ignored", "400", "401", "413"} <= report.outcomes["webhook"].keys()
    assert {"200", "400", "403", "403 (API Gateway)"} <= report.outcomes["tokens"].keys()
    assert {"CallsRung", "MessagesUnreadable", "CallEndsNoted"} <= report.outcomes["queue"].keys()
    # What was the first to reach something is built upon.
    assert all(kept > 20 for kept in report.kept.values())
    reached = coverage.by_module()
    for module in ("cometchat", "ringing", "ended", "fields"):
        lines, all_lines = reached[f"webhook/{module}.py"]
        assert lines > 0.9 * all_lines


def test_an_optional_field_that_refuses_a_call_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """As it was once: a name that is no text."""

    def text(self: Fields, name: str) -> str:
        value = self._value.get(name)
        if not isinstance(value, str | None):
            self.refuse(name, "a string")
        return value or ""

    monkeypatch.setattr(Fields, "optional_text", text)

    report, _ = run(seed=7, inputs=2_400)

    assert any("an optional field decides" in problem for problem in report.problems)


def test_a_way_in_without_a_credential_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hmac, "compare_digest", lambda *_: True)

    report, _ = run(seed=7, inputs=900)

    assert any("let in without a credential" in problem for problem in report.problems)


def test_an_exception_that_nobody_handles_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a corner: where a uid belongs there is no text."""
    former = Fields.optional_uid

    def fails(self: Fields, name: str) -> str:
        if not isinstance(self._value.get(name), str | None):
            raise ZeroDivisionError
        return former(self, name)

    monkeypatch.setattr(Fields, "optional_uid", fails)

    report, _ = run(seed=7, inputs=INPUTS)

    assert any("ZeroDivisionError" in problem or problem.startswith("webhook: ") for problem in report.problems)


def test_the_same_seed_makes_the_same_inputs() -> None:
    first, second = (Mutator(3) for _ in range(2))
    value = {"trigger": "call_initiated", "data": {"sentAt": 5, "list": [1, "x"]}}

    made = [[mutator.encoded(mutator.changed(value)) for _ in range(200)] for mutator in (first, second)]

    assert made[0] == made[1]
    assert len(set(made[0])) > 100


def test_coverage_tells_what_is_new_once() -> None:
    with Coverage() as coverage:
        Fields.parse(b"{}")
        assert coverage.take_new()
        Fields.parse(b"{}")
        assert not coverage.take_new()
        Fields.parse(b'{"a": 1}').has("a")
        assert coverage.take_new()
