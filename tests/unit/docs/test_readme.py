"""README.md can be read in a few minutes, and its commands exist."""

import re

from ops.stack.directory import ROOT

TEXT = (ROOT / "README.md").read_text()
PROSE = re.sub(r"^\|[^\n]*$|```.*?```|<picture>.*?</picture>", "", TEXT, flags=re.MULTILINE | re.DOTALL)
TARGETS = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def test_it_has_less_than_900_words_without_tables_and_code() -> None:
    assert len(PROSE.split()) < 900


def test_its_commands_exist() -> None:
    assert set(re.findall(r"(?:^|`)make ([a-z0-9-]+)", TEXT, re.MULTILINE)) <= TARGETS


def test_it_speaks_to_strangers() -> None:
    assert not re.search(r"\bbrief\b|checklist", TEXT, re.IGNORECASE)
