"""Names of strangers on a lock screen."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webhook import texts


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Alice", "Alice"),
        (" Alice\n", "Alice"),
        ("Alice\r\nSmith", "Alice  Smith"),
        ("Ali\x00ce\x7f\x9b", "Alice"),
        ("\u202eecilA\u202c", "ecilA"),
        ("\u2066Alice\u2069", "Alice"),
        # Marks and joiners that names of several languages, and emoji, need.
        ("نوید\u200cفر", "نوید\u200cفر"),
        ("\u200fדנה", "\u200fדנה"),
        ("👩\u200d🚀", "👩\u200d🚀"),
        ("\x00", ""),
    ],
)
def test_control_characters_and_overrides_of_direction_go(name: str, shown: str) -> None:
    assert texts.name(name) == shown


@given(st.text(st.characters()))
def test_what_is_left_is_text(name: str) -> None:
    shown = texts.name(texts.repaired(name))

    assert not [each for each in shown if unicodedata.category(each) in ("Cc", "Cs", "Zl", "Zp")]
    assert texts.name(shown) == shown


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_valid_text_is_not_repaired(text: str) -> None:
    assert texts.repaired(text) == text
