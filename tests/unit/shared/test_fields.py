"""Reading fields: one that is wrong is named by its whole path."""

from collections.abc import Callable
from typing import Any

import pytest

from shared.fields import MAX_TEXT, Fields, InvalidBody

READERS: dict[str, Callable[[Fields], Any]] = {
    "object": lambda fields: fields.object("x"),
    "optional_object": lambda fields: fields.optional_object("x"),
    "text": lambda fields: fields.text("x"),
    "optional_text": lambda fields: fields.optional_text("x"),
    "one_of": lambda fields: fields.one_of("x", ("a", "b")),
    "uid": lambda fields: fields.uid("x"),
    "optional_uid": lambda fields: fields.optional_uid("x"),
    "time_ms": lambda fields: fields.time_ms("x"),
    "optional_time_ms": lambda fields: fields.optional_time_ms("x"),
}


def fields(**value: Any) -> Fields:
    return Fields(value)


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("wrong", [True, [], [{}], "\ud800", "x" * (MAX_TEXT + 1), -1])
def test_a_wrong_value_is_named_by_its_path(reader: str, wrong: Any) -> None:
    inner = fields(outer={"inner": {"x": wrong}}).object("outer").object("inner")

    with pytest.raises(InvalidBody) as raised:
        READERS[reader](inner)
    assert raised.value.field == "outer.inner.x"
    assert raised.value.expected in str(raised.value)


@pytest.mark.parametrize("value", [{}, {"x": None}])
@pytest.mark.parametrize("reader", READERS)
def test_only_optional_fields_may_be_missing(reader: str, value: dict[str, Any]) -> None:
    if reader == "optional_object":
        assert not Fields(value).optional_object("x").has("y")
    elif reader.startswith("optional"):
        assert READERS[reader](Fields(value)) in ("", 0)
    else:
        with pytest.raises(InvalidBody):
            READERS[reader](Fields(value))


def test_below_an_object_that_is_missing_the_whole_path_is_named() -> None:
    with pytest.raises(InvalidBody) as raised:
        fields().optional_object("a").optional_object("b").text("c")
    assert raised.value.field == "a.b.c"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1_696_934_199, 1_696_934_199_000),
        (1_696_934_199_999, 1_696_934_199_999),
        ("1696934199", 1_696_934_199_000),
        ("1741847453000", 1_741_847_453_000),
        (99_999_999_999, 99_999_999_999_000),
        (100_000_000_000, 100_000_000_000),
        (1.5, 1_500),
        ("1.5", 1_500),
    ],
)
def test_times(value: Any, expected: int) -> None:
    assert fields(x=value).time_ms("x") == expected == fields(x=value).optional_time_ms("x")


@pytest.mark.parametrize(
    ("value", "expected"), [("52", 52), ("0", 0), ("9" * 18, 10**18 - 1), ("x", 0), (52, 0), ("9" * 19, 0)]
)
def test_message_ids(value: Any, expected: int) -> None:
    assert fields(x=value).message_id("x") == expected


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


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"{}", ""),
        (b'{"custom": null}', ""),
        (b'{"custom": "x"}', ""),
        (b'{"custom": []}', ""),
        (b'{"custom": {}}', ""),
        (b'{"custom": {"a": [1, "\xc3\xa9", null, true]}}', '{"a":[1,"\u00e9",null,true]}'),
        (b'{"custom": {"a": 1e999}}', ""),
        (b'{"custom": {"a": %s%s}}' % (b"[" * 900, b"]" * 900), ""),
        (b'{"custom": {"a": "\\ud800"}}', ""),
        (b'{"custom": {"a": "%s"}}' % (b"x" * 92), '{"a":"%s"}' % ("x" * 92)),
        (b'{"custom": {"a": "%s"}}' % (b"x" * 93), ""),
    ],
)
def test_an_object_as_json(body: bytes, text: str) -> None:
    assert Fields.parse(body).object_as_json("custom", max_bytes=100) == text


def test_an_object_that_nests_too_deeply_for_a_phone() -> None:
    body = b'{"custom": {"a": %s%s}}'
    for depth, there in [(150, True), (250, False)]:
        fields = Fields.parse(body % (b"[" * depth, b"]" * depth))
        assert bool(fields.object_as_json("custom", max_bytes=3_000)) is there
