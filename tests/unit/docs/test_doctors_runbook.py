"""docs/runbooks/: every link of doctor's leads to a heading, and the drill's table is what the drill does."""

import re
from pathlib import Path

import pytest

from ops.doctor.findings import ProblemCode
from ops.stack.directory import ROOT
from shared.call_results import CallResult
from shared.log_messages import LogMessage
from shared.observability import FIELDS
from tests.support.docs.markdown import Page
from tests.support.drill import FAULTS, TELLING
from tests.support.drill.table import PAGE, text

RUNBOOKS = sorted((ROOT / "docs" / "runbooks").glob("*.md"))
# Named in runbooks, and nobody's log fields.
_OTHER_NAMES = {"call_initiated", "deployment_maximum"}


@pytest.mark.parametrize("code", ProblemCode)
def test_a_problem_has_a_heading_with_words(code: ProblemCode) -> None:
    path, _, anchor = code.runbook.partition("#")

    assert anchor in Page.read(ROOT / path).anchors
    heading = next(line for line in (ROOT / path).read_text().splitlines() if line.lower() == f"## {code.lower()}")
    _, _, rest = (ROOT / path).read_text().partition(f"{heading}\n")
    assert len(rest.partition("\n## ")[0].split()) >= 12


def test_a_heading_is_of_a_problem() -> None:
    headings = {heading.lower() for heading in Page.read(ROOT / "docs/runbooks/doctor.md").headings[1:]}

    assert headings == {code.lower() for code in ProblemCode}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_of_the_drill_leads_to_a_heading(name: str) -> None:
    path, _, anchor = FAULTS[name].link.partition("#")

    assert anchor in Page.read(ROOT / path).anchors


def test_the_drills_table_is_current() -> None:
    assert PAGE.read_text() == text(), "python -m tests.support.drill.table"


def test_the_drill_has_many_faults_and_make_test_one_of_each_kind() -> None:
    assert len(FAULTS) >= 25
    assert set(TELLING) <= FAULTS.keys()


@pytest.mark.parametrize("page", RUNBOOKS, ids=lambda path: path.name)
def test_every_field_and_message_that_a_runbook_names_is_logged(page: Path) -> None:
    """In queries, and in the text as `snake_case`."""
    markdown = page.read_text()
    messages = set(re.findall(r'message = "([^"]+)"', markdown))
    results = set(re.findall(r'result = "([^"]+)"', markdown))
    fields = set(re.findall(r"`([a-z]+(?:_[a-z]+)+)`", markdown)) - _OTHER_NAMES
    for block in re.findall(r"```\n(.*?)```", markdown, re.S):
        for query in re.findall(r"\| (?:fields|stats .* by) ([a-z_]+(?:, [a-z_]+)*)", block):
            fields |= set(query.split(", "))

    assert messages <= set(LogMessage)
    assert results <= set(CallResult)
    assert fields <= FIELDS
