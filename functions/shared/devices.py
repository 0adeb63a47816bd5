"""The layout of the devices table. tokens writes it; push reads it, and removes devices that APNs reports as dead.

It holds four kinds of items. Devices are stored under their user, so that the ring path is one strongly consistent
query. Owner items, one per token in a partition of its own, say whose the token is, so that a token can move from one
user to another in one transaction. Counts say how many new devices a user has registered on a day, histories what
happened to a user's devices.
"""

from dataclasses import dataclass
from typing import Any, Literal

type ApnsEnvironment = Literal["production", "sandbox"]

APNS_ENVIRONMENTS: tuple[ApnsEnvironment, ...] = ("production", "sandbox")
KEEP_S = 365 * 86_400

type Item = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    uid: str
    token: str
    environment: ApnsEnvironment
    topic: str
    registered_at_ms: int
    expires_at_s: int
    quarantined_until_ms: int = 0
    """No push is sent before this time: APNs answered BadDeviceToken in both environments."""

    def to_item(self) -> Item:
        return {
            **device_key(self.uid, self.token),
            "environment": {"S": self.environment},
            "topic": {"S": self.topic},
            "registered_at": {"N": str(self.registered_at_ms)},
            "expires_at": {"N": str(self.expires_at_s)},
            "quarantined_until": {"N": str(self.quarantined_until_ms)},
        }

    @classmethod
    def from_item(cls, item: Item) -> "Device":
        return cls(
            uid=item["uid"]["S"],
            token=item["token"]["S"],
            environment=item["environment"]["S"],
            topic=item["topic"]["S"],
            registered_at_ms=int(item["registered_at"]["N"]),
            expires_at_s=int(item["expires_at"]["N"]),
            quarantined_until_ms=int(item["quarantined_until"]["N"]),
        )


def device_key(uid: str, token: str) -> Item:
    return {"uid": {"S": uid}, "token": {"S": token}}


def owner_key(token: str) -> Item:
    """No uid contains `#`, so an owner item can't be mistaken for a device."""
    return {"uid": {"S": f"owner#{token}"}, "token": {"S": token}}


def count_key(uid: str, day: int) -> Item:
    """The count of a user's new devices on a day, given in days since the epoch."""
    return {"uid": {"S": f"new#{uid}"}, "token": {"S": str(day)}}


def history_key(uid: str) -> Item:
    """What happened to a user's devices: shared/device_history.py."""
    return {"uid": {"S": f"history#{uid}"}, "token": {"S": "history"}}


def is_device(item: Item) -> bool:
    """Whether an item of the table is a device, and not of one of the other kinds."""
    return "registered_at" in item


def query_devices(client: Any, table: str, uid: str) -> list[Device]:
    """All devices of a user, read consistently. Includes expired ones that DynamoDB has not removed yet."""
    response = client.query(
        TableName=table,
        ConsistentRead=True,
        KeyConditionExpression="uid = :uid",
        ExpressionAttributeValues={":uid": {"S": uid}},
    )
    return [Device.from_item(item) for item in response["Items"]]
