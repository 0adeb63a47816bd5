"""A part of the stack that can't be read is named, and what was known of it stays."""

from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from local.page.page_state import PageState
from local.page.parts import Parts
from tests.support.aws.secrets_manager import client_error
from tests.support.stack.page_readings import NOW_MS, a_reading


def failing(error: Exception) -> Any:
    def read() -> Any:
        raise error

    return read


GONE = client_error("ResourceNotFoundException", "Scan")


@pytest.mark.parametrize(
    ("error", "problem"),
    [
        (GONE, "table devices does not exist"),
        (EndpointConnectionError(endpoint_url="x"), "table devices can't be read: EndpointConnectionError"),
        (OSError(), "table devices can't be read: OSError"),
    ],
)
def test_it_is_named_and_its_last_value_stays(error: Exception, problem: str) -> None:
    parts, values = Parts(), iter([[1], None])

    def read() -> Any:
        value = next(values)
        if value is None:
            raise error
        return value

    assert parts.read("table devices", read, []) == [1]
    assert parts.problems() == ()
    assert parts.read("table devices", read, []) == [1]
    assert parts.problems() == (problem,)
    assert parts.problems() == ()


def test_news_do_not_come_twice() -> None:
    parts = Parts()

    assert parts.latest("logs", lambda: ["line"], []) == ["line"]
    assert parts.latest("logs", failing(GONE), []) == []


def test_a_mistake_of_our_own_is_not_hidden() -> None:
    with pytest.raises(KeyError):
        Parts().read("logs", failing(KeyError("x")), [])


def test_a_problem_keeps_its_time_and_goes_with_its_cause() -> None:
    page_state = PageState(ring_ms=45_000)
    page_state.update(a_reading(), NOW_MS)

    (appeared,) = page_state.update(a_reading(problems=["table devices does not exist"]), NOW_MS + 250)
    assert page_state.update(a_reading(problems=["table devices does not exist"]), NOW_MS + 500) == []
    (gone,) = page_state.update(a_reading(), NOW_MS + 750)

    assert (appeared.event, gone.event, gone.data) == ("problems", "problems", "[]")
    assert f'"since_ms": {NOW_MS + 250}' in appeared.data


def test_a_reading_that_fails_altogether_is_said_and_forgotten_with_the_next() -> None:
    page_state = PageState(ring_ms=45_000)
    page_state.update(a_reading(), NOW_MS)

    (failed,) = page_state.failed(TypeError(), NOW_MS + 250)
    (recovered,) = page_state.update(a_reading(), NOW_MS + 500)

    assert "the stack can't be read: TypeError" in failed.data
    assert recovered.data == "[]"
