"""The owner item of a device token: whose the token is, and until when it is quarantined."""

from dataclasses import dataclass
from typing import Any

from shared.devices import Device, Item, device_key, owner_key

NOBODY = ""


@dataclass(frozen=True, slots=True)
class Owner:
    uid: str
    """Empty for a quarantined token that was removed."""
    quarantined_until_ms: int


def read_owner(client: Any, table: str, token: str) -> Owner | None:
    item = client.get_item(TableName=table, Key=owner_key(token), ConsistentRead=True).get("Item")
    return Owner(item["owner"]["S"], int(item["quarantined_until"]["N"])) if item else None


def take_over(table: str, device: Device, former: Owner | None) -> list[Item]:
    """The changes that make the device its user's, on condition that the owner item is as it was read.

    Without the condition on the quarantine, a token that APNs has just called bad would come out of it.
    """
    item = {
        **owner_key(device.token),
        "owner": {"S": device.uid},
        "expires_at": {"N": str(device.expires_at_s)},
        "quarantined_until": {"N": str(device.quarantined_until_ms)},
    }
    put: dict[str, Any] = {"TableName": table, "Item": item}
    if former is None:
        put["ConditionExpression"] = "attribute_not_exists(uid)"
        return [{"Put": put}]
    put["ConditionExpression"] = "#owner = :former AND quarantined_until = :until"
    put["ExpressionAttributeNames"] = {"#owner": "owner"}
    put["ExpressionAttributeValues"] = {
        ":former": {"S": former.uid},
        ":until": {"N": str(former.quarantined_until_ms)},
    }
    if former.uid in (device.uid, NOBODY):
        return [{"Put": put}]
    return [{"Put": put}, {"Delete": {"TableName": table, "Key": device_key(former.uid, device.token)}}]


def remove_device(table: str, device: Device) -> Item:
    """The change that removes the device, on condition that it has not been registered again since it was read."""
    return {
        "Delete": {
            "TableName": table,
            "Key": device_key(device.uid, device.token),
            "ConditionExpression": "registered_at = :registered_at",
            "ExpressionAttributeValues": {":registered_at": {"N": str(device.registered_at_ms)}},
        }
    }


def forget(table: str, device: Device, *, now_ms: int) -> Item:
    """The change of the owner item when the device is removed, on condition that it is as it was read.

    The owner item of a token in quarantine is kept until that ends: otherwise removing and registering the token again
    would end it.
    """
    values = {":uid": {"S": device.uid}, ":until": {"N": str(device.quarantined_until_ms)}}
    condition = {
        "TableName": table,
        "Key": owner_key(device.token),
        "ConditionExpression": "attribute_not_exists(uid) OR (#owner = :uid AND quarantined_until = :until)",
        "ExpressionAttributeNames": {"#owner": "owner"},
        "ExpressionAttributeValues": values,
    }
    if device.quarantined_until_ms <= now_ms:
        return {"Delete": condition}
    values |= {":nobody": {"S": NOBODY}, ":until_s": {"N": str(device.quarantined_until_ms // 1000 + 1)}}
    update = "SET #owner = :nobody, quarantined_until = :until, expires_at = :until_s"
    return {"Update": {**condition, "UpdateExpression": update}}
