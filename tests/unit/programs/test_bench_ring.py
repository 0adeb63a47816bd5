"""How the ring bench counts what a stub of AWS saw, and which limits it holds that to."""

import pytest

from tests.programs.bench.ring.aws_requests import AwsRequest, AwsRequests, summary
from tests.programs.bench.ring.limits import broken_limits
from tests.programs.bench.ring.measure import PHONES, Ring


def requests(*fields: tuple[str, float, float]) -> list[AwsRequest]:
    return [AwsRequest(*each) for each in fields]


def test_requests_side_by_side_are_one_round_trip() -> None:
    seen = requests(("query", 0, 5), ("query", 1, 6), ("updateitem", 7, 12), ("updateitem", 50, 55))

    assert summary(seen, first_push_ms=13) == AwsRequests(total=4, writes=2, round_trips=2)


def test_a_request_that_waits_for_the_one_before_is_another_round_trip() -> None:
    seen = requests(("updateitem", 12, 17), ("query", 0, 5), ("query", 6, 11))

    assert summary(seen, first_push_ms=18).round_trips == 3


def test_a_request_that_was_not_answered_before_the_push_did_not_delay_it() -> None:
    seen = requests(("query", 0, 5), ("changemessagevisibilitybatch", 6, 30))

    assert summary(seen, first_push_ms=10).round_trips == 1


@pytest.mark.parametrize(
    ("round_trips", "writes", "writes_when_spread", "broken"),
    [
        (2, 2, 3, []),
        (3, 2, 3, ["3 round trips before the push, at most 2"]),
        (2, 3, 3, ["3 writes, at most 2"]),
        (2, 2, 4, ["4 writes when answers are spread, at most 3"]),
    ],
)
def test_limits(round_trips: int, writes: int, writes_when_spread: int, broken: list[str]) -> None:
    ring = Ring(
        requests=[AwsRequests(6, writes, round_trips)], requests_when_spread=[AwsRequests(6, writes_when_spread, 2)]
    )
    former = Ring(requests=[AwsRequests(24, 20, 3)], requests_when_spread=[AwsRequests(24, 20, 3)])

    found = broken_limits({("push", phones): ring for phones in PHONES} | {("former", 10): former}, "push")

    assert found == [f"{phones} phones: {limit}" for phones in PHONES for limit in broken]
