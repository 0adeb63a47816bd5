"""What of the functions only AWS can show: with fakes."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ops.doctor import functions as functions_module
from ops.doctor.changed_values import Changed, compared
from ops.doctor.findings import Note, Problem, ProblemCode
from ops.doctor.functions import _gradual
from ops.stack.template import UNKNOWN


class Lambda:
    def __init__(self, age: timedelta) -> None:
        self._published = datetime.now(UTC) - age

    def get_function_configuration(self, **_: Any) -> dict[str, Any]:
        return {"LastModified": self._published.strftime("%Y-%m-%dT%H:%M:%S.000+0000")}


def test_a_gradual_deployment_is_only_noted() -> None:
    found = _gradual(Lambda(timedelta(minutes=3)), "app-push", "push", {"7": 0.1})

    assert isinstance(found, Note)
    assert "version 7, published 3 minutes ago, gets 10%" in found.what


def test_one_that_does_not_end_is_a_fault() -> None:
    found = _gradual(Lambda(timedelta(hours=2)), "app-push", "push", {"7": 0.1})

    assert isinstance(found, Problem)
    assert found.code is ProblemCode.DEPLOYMENT_STUCK
    assert "aws lambda update-alias --function-name app-push --name live" in found.remedy


def test_both_values_are_named_in_one_problem() -> None:
    changed = [Changed("timeout (s)", 6, 3), Changed("memory (MB)", 1769, 1769), Changed("X", None, "y")]

    (problem,) = compared("push", changed)

    assert problem.what == "push: timeout (s) is 3, template.yaml has 6; X is 'y', template.yaml has nothing"


@pytest.mark.parametrize(
    ("expected", "found"), [(6, "6"), ("6", 6.0), (None, ""), ("", None), (UNKNOWN, "anything"), ("a", "a")]
)
def test_values_that_mean_the_same(expected: Any, found: Any) -> None:
    assert not Changed("x", expected, found).differs


def test_every_function_has_a_word_for_what_is_lost_without_it() -> None:
    assert functions_module._WITHOUT_IT.keys() == functions_module._READERS.keys()
