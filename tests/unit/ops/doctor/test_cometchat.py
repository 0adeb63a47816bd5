"""What CometChat's webhooks of the last hours say of its dashboard."""

from math import inf

import pytest

from ops.doctor.cometchat import ACCEPTED, CALLS, ENDS, INVALID, REFUSED, judge
from ops.doctor.findings import Finding, Note, NotExamined, Ok, Problem
from ops.doctor.findings import ProblemCode as C
from ops.stack.metrics import Counted

NOW_MS = 1_795_590_552_000
MINUTE_MS = 60_000


def judged(**minutes_ago: list[int]) -> list[Finding]:
    """Each of these metrics was counted once, so many minutes ago."""
    names = (CALLS, *ENDS, REFUSED, INVALID, *ACCEPTED)
    points = {name: sorted((NOW_MS - ago * MINUTE_MS, 1.0) for ago in minutes_ago.get(name, [])) for name in names}
    return list(judge({name: Counted(found) for name, found in points.items()}, NOW_MS))


def codes(findings: list[Finding]) -> list[C]:
    return [each.code for each in findings if isinstance(each, Problem)]


def test_refused_and_none_accepted_since() -> None:
    found = judged(WebhooksUnauthorized=[9, 8, 7], WebhooksByCurrentSecret=[30], CallsQueued=[30])

    assert codes(found) == [C.COMETCHAT_REFUSED]


@pytest.mark.parametrize("accepted", ["WebhooksByCurrentSecret", "WebhooksByPreviousSecret"])
def test_strangers_among_calls_are_only_noted(accepted: str) -> None:
    found = judged(WebhooksUnauthorized=[9, 8, 7], CallsQueued=[8], **{accepted: [8]})

    assert codes(found) == []
    assert any(isinstance(each, Note) and "3 webhooks with wrong credentials" in each.what for each in found)


def test_refusals_of_an_hour_ago_are_over() -> None:
    assert codes(judged(WebhooksUnauthorized=[60, 59, 58], CallsQueued=[90])) == []


def test_ends_without_calls() -> None:
    (problem,) = [each for each in judged(CallEndsNoted=[100, 50, 2]) if isinstance(each, Problem)]

    assert problem.code is C.NO_CALLS_FROM_COMETCHAT
    assert "no call_initiated came for 3 h although 3 ends of calls did" in problem.what
    assert "tick call_initiated" in problem.remedy


def test_ends_of_calls_that_were_announced() -> None:
    (ok,) = judged(CallEndsNoted=[100, 50, 2], CallsQueued=[101])

    assert isinstance(ok, Ok)


def test_silence_is_not_called_in_order() -> None:
    (finding,) = judged()

    assert isinstance(finding, NotExamined)


def test_webhooks_that_could_not_be_read_are_noted() -> None:
    assert any(isinstance(each, Note) and "could not be read" in each.what for each in judged(WebhooksInvalid=[1]))


def test_what_was_never_counted_was_first_counted_never() -> None:
    assert Counted([]).first_since(0) == inf
