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


@pytest.mark.parametrize("reader", [Fields.text, Fields.optional_text])
def test_texts_have_a_length_limit_of_their_own(reader: Callable[..., str]) -> None:
    assert reader(fields(x="ab"), "x", max_length=2) == "ab"
    with pytest.raises(InvalidBody, match="x must be a string of 1 to 2 characters"):
        reader(fields(x="abc"), "x", max_length=2)


def test_choices_are_read_in_any_case() -> None:
    assert fields(x="B").one_of("x", ("a", "b")) == "b"
    with pytest.raises(InvalidBody, match="x must be a or b"):
        fields(x="c").one_of("x", ("a", "b"))


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'{"x": NaN}', b"[" * 100_000])
def test_what_is_no_json(body: bytes) -> None:
    with pytest.raises(InvalidBody) as raised:
        Fields.parse(body)
    assert (raised.value.field, raised.value.expected) == ("", "JSON in UTF-8")


@pytest.mark.parametrize("body", [b"null", b"[]", b'"x"', b"5"])
def test_what_is_no_object(body: bytes) -> None:
    with pytest.raises(InvalidBody) as raised:
        Fields.parse(body)
    assert (raised.value.field, raised.value.expected) == ("", "a JSON object")


def test_an_empty_string_is_no_uid_but_may_stand_for_none() -> None:
    assert fields(x="").optional_uid("x") == ""
    with pytest.raises(InvalidBody):
        fields(x="").uid("x")
