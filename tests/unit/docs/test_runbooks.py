"""docs/runbooks/ has a runbook for every alarm, and its index lists all of them and says which ones page."""

import re

import pytest

from ops.stack.directory import ROOT
from tests.support.aws.template import load_template
from tests.support.docs.markdown import Page

RUNBOOKS = ROOT / "docs" / "runbooks"
TEXT = (RUNBOOKS / "alarms.md").read_text()
RESOURCES = load_template()["Resources"]
ALARMS = [
    name
    for name, resource in RESOURCES.items()
    if resource["Type"] in ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm")
]


@pytest.mark.parametrize("alarm", ALARMS)
def test_an_alarm_has_a_runbook(alarm: str) -> None:
    _, _, runbook = TEXT.partition(f"\n### {alarm}\n")

    assert len(runbook.partition("\n#")[0].split()) > 15


def test_there_is_no_runbook_for_an_alarm_that_does_not_exist() -> None:
    assert sorted(Page.read(RUNBOOKS / "alarms.md").headings[1:]) == sorted(ALARMS)


def test_the_index_lists_every_alarm_and_whether_it_pages() -> None:
    rule = RESOURCES["PagingAlarm"]["Properties"]["AlarmRule"]["Fn::Sub"]
    paging = {*re.findall(r"\$\{(\w+)\}", rule), "PagingAlarm"}
    rows = Page.read(RUNBOOKS / "README.md").tables["Alarms"]

    assert sorted((alarm, pages) for alarm, pages, _ in rows) == sorted(
        (alarm, "yes" if alarm in paging else "no") for alarm in ALARMS
    )


def test_the_runbook_of_the_page_orders_every_alarm_that_pages() -> None:
    rule = RESOURCES["PagingAlarm"]["Properties"]["AlarmRule"]["Fn::Sub"]
    _, _, runbook = TEXT.partition("\n### PagingAlarm\n")

    assert sorted(re.findall(r"\[(\w+Alarm)\]", runbook.partition("\n#")[0])) == sorted(re.findall(r"\{(\w+)\}", rule))
