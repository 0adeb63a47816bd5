"""docs/operations.md has a runbook for every alarm and a row for every reason of APNs'."""

import re

import pytest

from ops.stack.directory import ROOT
from push.apns.reactions import _BY_REASON, Reaction, reaction_to
from tests.support.apns.documented_reasons import DOCUMENTED_REASONS
from tests.support.aws.template import load_template
from tests.support.push.fakes import rejected

TEXT = (ROOT / "docs" / "operations.md").read_text()
ROWS = {
    reason: (int(status), by_itself)
    for status, reason, _, by_itself, _ in re.findall(
        r"^\| (\d{3}) \| `(\w+)` \| (.+?) \| (.+?) \| (.+?) \|$", TEXT, re.MULTILINE
    )
}
DONE = {
    Reaction.DEVICE_IS_DEAD: "the device is removed",
    Reaction.QUARANTINE: "nothing is sent to the device for an hour",
    Reaction.OTHER_ENVIRONMENT: "the other environment is tried once",
    Reaction.TRY_AGAIN: "tried again while the call rings",
    Reaction.TRY_AGAIN_ON_NEW_CONNECTION: "tried again on new connections",
    Reaction.TRY_AGAIN_ONCE_ON_NEW_CONNECTION: "one more try on a new connection",
    Reaction.NEW_PROVIDER_TOKEN: "a new provider token",
    Reaction.READ_KEY_AGAIN: "the key is read again",
    Reaction.TELL_OPERATOR: "set aside",
}
DOCUMENTED_BY_APPLE = {reason for answers in DOCUMENTED_REASONS.values() for _, reason in answers}
ALARMS = [
    name
    for name, resource in load_template()["Resources"].items()
    if resource["Type"] in ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm")
]


@pytest.mark.parametrize("reason", sorted(DOCUMENTED_BY_APPLE | set(_BY_REASON)))
def test_a_reason_has_a_row_that_says_what_happens_by_itself(reason: str) -> None:
    status, by_itself = ROWS[reason]

    assert by_itself.startswith(DONE[reaction_to(rejected(status, reason))])


def test_no_row_is_for_a_reason_that_nobody_knows() -> None:
    assert set(ROWS) == DOCUMENTED_BY_APPLE | set(_BY_REASON)


@pytest.mark.parametrize("alarm", ALARMS)
def test_an_alarm_has_a_runbook(alarm: str) -> None:
    _, _, runbook = TEXT.partition(f"\n### {alarm}\n")

    assert len(runbook.partition("\n#")[0].split()) > 15


def test_links_within_the_page_lead_somewhere() -> None:
    anchors = {
        re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in re.findall(r"^#+ (.+)$", TEXT, re.M)
    }

    assert set(re.findall(r"\]\(#([\w-]+)\)", TEXT)) <= anchors
