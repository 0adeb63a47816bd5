"""How many new tokens a user has registered today."""

import pytest

from tests.support.clocks import NOON_MS
from tokens.daily_count import MAX_NEW_DEVICES_A_DAY, DailyCount

DAY_MS = 86_400_000
MIDNIGHT_MS = NOON_MS // DAY_MS * DAY_MS


def counted(count: int, now_ms: int = NOON_MS) -> DailyCount:
    return DailyCount("devices", "alice", count, now_ms)


@pytest.mark.parametrize(
    ("count", "is_used_up"),
    [(0, False), (MAX_NEW_DEVICES_A_DAY - 1, False), (MAX_NEW_DEVICES_A_DAY, True), (MAX_NEW_DEVICES_A_DAY + 1, True)],
)
def test_a_day_has_so_many(count: int, is_used_up: bool) -> None:
    assert counted(count).is_used_up is is_used_up


@pytest.mark.parametrize(("after_midnight_ms", "seconds"), [(0, 86_400), (1_999, 86_399), (DAY_MS - 1, 1)])
def test_a_new_day_begins_at_midnight_utc(after_midnight_ms: int, seconds: int) -> None:
    assert counted(0, MIDNIGHT_MS + after_midnight_ms).retry_after_s == seconds


@pytest.mark.parametrize("after_midnight_ms", [0, DAY_MS - 1])
def test_a_count_is_one_more_than_was_read_and_outlives_its_day(after_midnight_ms: int) -> None:
    change = counted(5, MIDNIGHT_MS + after_midnight_ms).increment()["Update"]

    assert change["TableName"] == "devices"
    assert change["Key"] == {"uid": {"S": "new#alice"}, "token": {"S": str(MIDNIGHT_MS // DAY_MS)}}
    values = change["ExpressionAttributeValues"]
    assert (values[":read"], values[":next"]) == ({"N": "5"}, {"N": "6"})
    # And no longer than a day more: clocks differ.
    assert values[":expires_at"] == {"N": str(MIDNIGHT_MS // 1000 + 2 * 86_400)}
