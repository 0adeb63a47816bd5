"""Reading fields: one that is wrong is named."""

from collections.abc import Callable
from typing import Any

import pytest

from shared.errors import InvalidBody
from shared.fields import MAX_TEXT, Fields

READERS: dict[str, Callable[[Fields], Any]] = {
    "text": lambda fields: fields.text("x"),
    "optional_text": lambda fields: fields.optional_text("x"),
    "one_of": lambda fields: fields.one_of("x", ("a", "b")),
    "uid": lambda fields: fields.uid("x"),
    "optional_uid": lambda fields: fields.optional_uid("x"),
}


def fields(**value: Any) -> Fields:
    return Fields(value)


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("wrong", [True, [], [{}], "\ud800", "x" * (MAX_TEXT + 1), -1])
def test_a_wrong_value_is_named(reader: str, wrong: Any) -> None:
    with pytest.raises(InvalidBody) as raised:
        READERS[reader](fields(x=wrong))
    assert raised.value.field == "x"
    assert raised.value.expected in str(raised.value)


@pytest.mark.parametrize("value", [{}, {"x": None}])
@pytest.mark.parametrize("reader", READERS)
def test_only_optional_fields_may_be_missing(reader: str, value: dict[str, Any]) -> None:
    if reader.startswith("optional"):
        assert READERS[reader](Fields(value)) == ""
    else:
        with pytest.raises(InvalidBody):
            READERS[reader](Fields(value))


def test_texts_have_a_length_limit_of_their_own() -> None:
    assert fields(x="ab").text("x", max_length=2) == "ab"
    with pytest.raises(InvalidBody):
        fields(x="abc").text("x", max_length=2)


def test_choices_are_read_in_any_case() -> None:
    assert fields(x="B").one_of("x", ("a", "b")) == "b"


def test_an_empty_string_is_no_uid_but_may_stand_for_none() -> None:
    assert fields(x="").optional_uid("x") == ""
    with pytest.raises(InvalidBody):
        fields(x="").uid("x")
