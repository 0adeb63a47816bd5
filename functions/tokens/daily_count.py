"""Counts how many new tokens a user has registered today (UTC). New means: the token was not the user's before.

Phones get a new token now and then, users a new phone. Dozens a day are invented ones, and for invented tokens APNs
slows down everybody's pushes.
"""

from dataclasses import dataclass
from typing import Any, Self

from shared.devices import Item, count_key

MAX_NEW_DEVICES_A_DAY = 30
_DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class DailyCount:
    table: str
    uid: str
    count: int
    now_ms: int

    @classmethod
    def read(cls, client: Any, table: str, uid: str, now_ms: int) -> Self:
        item = client.get_item(TableName=table, Key=count_key(uid, _day(now_ms)), ConsistentRead=True).get("Item")
        return cls(table, uid, int(item["new_devices"]["N"]) if item else 0, now_ms)

    @property
    def is_used_up(self) -> bool:
        return self.count >= MAX_NEW_DEVICES_A_DAY

    @property
    def retry_after_s(self) -> int:
        """Until midnight UTC."""
        return _DAY_S - self.now_ms // 1000 % _DAY_S

    def increment(self) -> Item:
        """The change that counts one more, on condition that the count is as it was read."""
        day = _day(self.now_ms)
        return {
            "Update": {
                "TableName": self.table,
                "Key": count_key(self.uid, day),
                "UpdateExpression": "SET new_devices = :next, expires_at = :expires_at",
                "ConditionExpression": "attribute_not_exists(uid) OR new_devices = :read",
                "ExpressionAttributeValues": {
                    ":next": {"N": str(self.count + 1)},
                    ":read": {"N": str(self.count)},
                    ":expires_at": {"N": str((day + 2) * _DAY_S)},
                },
            }
        }


def _day(now_ms: int) -> int:
    return now_ms // 1000 // _DAY_S
