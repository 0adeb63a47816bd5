"""How the devices table is laid out. tokens writes it, push reads it and takes out what APNs says is dead.

A device is an item under its user, so that the ring path is one strongly consistent query. Beside it, under a
partition of its own, every token has one owner item: it says whose the token is, and makes a move from one user to
another one transaction. A third kind of item counts a user's new devices of a day.
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
    """Until then nothing is sent to it: APNs has called the token bad in both environments."""

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
    """`#` is in no uid, so an owner item can't be taken for a device."""
    return {"uid": {"S": f"owner#{token}"}, "token": {"S": token}}


def count_key(uid: str, day: int) -> Item:
    """Where it is counted how many new devices a user has registered on a day, in days since the epoch."""
    return {"uid": {"S": f"new#{uid}"}, "token": {"S": str(day)}}


def history_key(uid: str) -> Item:
    """What happened to a user's devices: shared/device_history.py."""
    return {"uid": {"S": f"history#{uid}"}, "token": {"S": "history"}}


def is_device(item: Item) -> bool:
    """Whether an item of the table is a device, and not an owner or a count."""
    return "registered_at" in item


def query_devices(client: Any, table: str, uid: str) -> list[Device]:
    """All devices of a user that have not expired by DynamoDB's own, tardy clock, in one consistent query."""
    response = client.query(
        TableName=table,
        ConsistentRead=True,
        KeyConditionExpression="uid = :uid",
        ExpressionAttributeValues={":uid": {"S": uid}},
    )
    return [Device.from_item(item) for item in response["Items"]]
