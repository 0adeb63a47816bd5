"""Reading fields of a webhook: what can't be used is left out or repaired, and its path is remembered."""

from typing import Any

import pytest

from shared.errors import InvalidBody
from shared.uids import UID_RULE
from webhook.fields import Fields


def fields(**value: Any) -> Fields:
    return Fields(value)


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
    read = fields(x=value)

    assert (read.optional_time_ms("x"), read.ignored) == (expected, [])


@pytest.mark.parametrize(
    "value", [0, -1, 1e16, 10**400, True, "", "now", "-1", "1e9", "٣", "2026-11-26T05:00:00Z", [], {}]
)
def test_unreadable_times(value: Any) -> None:
    read = fields(x=value)

    assert (read.optional_time_ms("x"), read.ignored) == (0, ["x"])


@pytest.mark.parametrize(
    ("value", "expected", "is_odd"),
    [
        ("52", 52, False),
        (52, 52, True),
        ("0", 0, False),
        ("9" * 18, 10**18 - 1, False),
        (None, 0, False),
        ("x", 0, True),
        ("9" * 19, 0, True),
        ("-52", 0, True),
        ("٥٢", 0, True),
        (-52, 0, True),
        (5.0, 0, True),
    ],
)
def test_message_ids(value: Any, expected: int, is_odd: bool) -> None:
    read = fields(x=value)

    assert (read.message_id("x"), read.ignored) == (expected, ["x"] * is_odd)


@pytest.mark.parametrize(
    ("value", "text", "is_odd"),
    [
        ("Andrew", "Andrew", False),
        ("", "", False),
        (None, "", False),
        ("👩‍🚀", "👩‍🚀", False),
        ("cut \ud83d", "cut \ufffd", True),
        ("\ude80 cut", "\ufffd cut", True),
        (302, "302", True),
        (True, "", True),
        (1.5, "", True),
        ([], "", True),
        ({"a": 1}, "", True),
        ("x" * 4_000, "x" * 4_000, False),
        ("x" * 4_001, "", True),
    ],
)
def test_texts(value: Any, text: str, is_odd: bool) -> None:
    read = fields(x=value)

    assert (read.optional_text("x"), read.ignored) == (text, ["x"] * is_odd)


@pytest.mark.parametrize(
    ("value", "id_", "is_odd"),
    [
        ("v1.us.x", "v1.us.x", False),
        (302, "302", True),
        ("x" * 255, "x" * 255, False),
        ("x" * 256, "", True),
        ("cut \ud83d", "", True),
        (0, "0", True),
        (10**39, str(10**39), True),
        (10**40, "", True),
        (-1, "", True),
        (False, "", True),
    ],
)
def test_ids(value: Any, id_: str, is_odd: bool) -> None:
    """A whole number is the same id as its digits. Half a character is no id: others may be cut the same way."""
    read = Fields.parse(b'{"x": %d}' % value) if value in (10**39, 10**40) else fields(x=value)

    assert (read.optional_id("x"), read.ignored) == (id_, ["x"] * is_odd)


def test_a_uid_may_be_a_number() -> None:
    read = fields(x=302, y="302")

    assert (read.uid("x"), read.uid("y"), read.ignored) == ("302", "302", ["x"])


@pytest.mark.parametrize(("value", "is_odd"), [(None, False), ("", False), ("XXXX YYYY", True), ([], True), (-1, True)])
def test_what_is_no_uid(value: Any, is_odd: bool) -> None:
    read = fields(x=value)

    assert (read.optional_uid("x"), read.ignored) == ("", ["x"] * is_odd)
    with pytest.raises(InvalidBody) as raised:
        read.uid("x")
    assert (raised.value.field, raised.value.expected) == ("x", UID_RULE)


@pytest.mark.parametrize("value", ["a", "a" * 255])
def test_words(value: str) -> None:
    assert fields(x=value).word("x") == value


@pytest.mark.parametrize("value", [None, "", "a" * 256, "cut \ud83d", 5])
def test_what_is_no_word(value: Any) -> None:
    with pytest.raises(InvalidBody) as raised:
        fields(x=value).word("x")
    assert (raised.value.field, raised.value.expected) == ("x", "a string of 1 to 255 characters")


@pytest.mark.parametrize(
    ("value", "chosen", "is_odd"),
    [("audio", "audio", False), ("Video", "video", False), (None, None, False), ("", None, True), (5, None, True)],
)
def test_one_of_several_words(value: Any, chosen: str | None, is_odd: bool) -> None:
    read = fields(x=value)

    assert (read.optional_one_of("x", ("audio", "video")), read.ignored) == (chosen, ["x"] * is_odd)


@pytest.mark.parametrize("value", [None, [], "x", 5])
def test_an_object_that_is_needed(value: Any) -> None:
    assert fields(x={"y": "z"}).object("x").word("y") == "z"
    with pytest.raises(InvalidBody) as raised:
        fields(x=value).object("x")
    assert (raised.value.field, raised.value.expected) == ("x", "an object")


@pytest.mark.parametrize("odd", [[], "x", 5, True])
def test_an_object_that_is_none_is_empty(odd: Any) -> None:
    read = fields(a=odd)

    inner = read.optional_object("a").optional_object("b")
    assert not inner.has("c")
    assert inner.ignored == read.ignored == ["a"]


def test_below_an_object_that_is_missing_the_whole_path_is_named() -> None:
    with pytest.raises(InvalidBody) as raised:
        fields().optional_object("a").optional_object("b").uid("c")
    assert raised.value.field == "a.b.c"


def test_a_field_that_is_read_twice_is_remembered_once() -> None:
    read = fields(x=[])
    read.optional_id("x"), read.optional_text("x")

    assert read.ignored == ["x"]


def test_a_body_that_is_not_quite_utf_8_is_read_and_remembered() -> None:
    read = Fields.parse(b'{"name": "Andr\xe9"}')

    assert (read.optional_text("name"), read.ignored) == ("Andr\ufffd", ["the body"])


def test_a_byte_order_mark_is_nothing_odd() -> None:
    fields = Fields.parse(b'\xef\xbb\xbf{"x": "1"}')

    assert fields.message_id("x") == 1
    assert fields.ignored == []


@pytest.mark.parametrize(
    ("body", "text", "is_odd"),
    [
        (b"{}", "", False),
        (b'{"custom": null}', "", False),
        (b'{"custom": "x"}', "", True),
        (b'{"custom": []}', "", True),
        (b'{"custom": {}}', "", False),
        (b'{"custom": {"a": [1, "\xc3\xa9", null, true]}}', '{"a":[1,"\u00e9",null,true]}', False),
        (b'{"custom": {"a": 1e999}}', "", True),
        (b'{"custom": {"a": %s%s}}' % (b"[" * 900, b"]" * 900), "", True),
        (b'{"custom": {"a": "\\ud800"}}', "", True),
        (b'{"custom": {"a": "%s"}}' % (b"x" * 92), '{"a":"%s"}' % ("x" * 92), False),
        (b'{"custom": {"a": "%s"}}' % (b"x" * 93), "", True),
    ],
)
def test_an_object_as_json(body: bytes, text: str, is_odd: bool) -> None:
    read = Fields.parse(body)

    assert (read.object_as_json("custom", max_bytes=100), read.ignored) == (text, ["custom"] * is_odd)


def test_only_brackets_are_counted_as_brackets() -> None:
    assert Fields.parse(b'{"custom": {"a": "%s"}}' % (b"X" * 300)).object_as_json("custom", max_bytes=3_000)


def test_an_object_that_nests_too_deeply_for_a_phone() -> None:
    """200 brackets are allowed: one is the object's own. Lists and objects count alike."""
    body = b'{"custom": {"a": %s1%s}}'
    for opening, closing, depth, there in [
        (b"[", b"]", 199, True),
        (b"[", b"]", 200, False),
        (b'{"b":', b"}", 199, True),
        (b'{"b":', b"}", 200, False),
    ]:
        fields = Fields.parse(body % (opening * depth, closing * depth))
        assert bool(fields.object_as_json("custom", max_bytes=3_000)) is there
