"""What the results of a call's phones come to."""

import pytest

from push.results import MessageResult, Retry, Settled, summary
from shared.call_results import CallResult

RUNG, DEAD, DUPLICATE = Settled(CallResult.RUNG), Settled(CallResult.DEAD), Settled(CallResult.DUPLICATE)


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        ([], Settled(CallResult.NO_DEVICE)),
        ([RUNG], RUNG),
        ([DEAD, RUNG], RUNG),
        ([RUNG, Retry(7)], Retry(7)),
        # Whoever may be tried again first, not the last.
        ([Retry(9), Retry(7), Retry(8)], Retry(7)),
        ([Retry(9), Retry()], Retry()),
    ],
)
def test_of_all_phones_together(results: list[MessageResult], expected: MessageResult) -> None:
    assert summary(results) == expected
