"""docs/decisions/: numbered files of one form, and an index that lists all of them."""

import re
from pathlib import Path

import pytest

from ops.stack.directory import ROOT
from tests.support.docs.markdown import Page

DECISIONS = ROOT / "docs" / "decisions"
FILES = sorted(path for path in DECISIONS.glob("*.md") if path.name != "README.md")


def test_numbers_are_those_from_1_on_and_each_is_used_once() -> None:
    assert [path.name[:5] for path in FILES] == [f"{number:04}-" for number in range(1, len(FILES) + 1)]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_decision_has_its_number_a_date_and_three_sections(path: Path) -> None:
    title, date = path.read_text().split("\n\n")[:2]

    assert re.fullmatch(rf"# {path.name[:4]}: .+", title)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d(, corrected \d{4}-\d\d-\d\d)?", date)
    assert Page.read(path).headings[1:] == ["Context", "Decision", "Consequences"]


def test_the_index_lists_every_decision_by_its_title() -> None:
    listed = [(number, decision) for number, decision, _ in Page.read(DECISIONS / "README.md").tables["Decisions"]]
    links = [link for link in Page.read(DECISIONS / "README.md").links if not link.startswith("#")]

    assert listed == [tuple(Page.read(path).headings[0].split(": ", maxsplit=1)) for path in FILES]
    assert links == [path.name for path in FILES]


def test_a_decision_that_was_replaced_names_the_one_that_holds() -> None:
    for number, _, state in Page.read(DECISIONS / "README.md").tables["Decisions"]:
        assert re.fullmatch(r"in force|(replaced|changed) by \d{4}", state)
        if state != "in force":
            assert state[-4:] > number
            assert state[-4:] in {path.name[:4] for path in FILES}
