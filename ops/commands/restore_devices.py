"""make restore-devices: what a restored copy of the devices table has and the table has lost."""

from collections.abc import Iterator
from typing import Any

from ops.stack.deployed import DeployedStack
from shared.devices import Item, owner_key


def restore_devices(stack: DeployedStack, restored: str) -> int:
    """Puts back devices whose token nobody has registered since, and nothing else: moved phones stay moved."""
    client = stack.client("dynamodb")
    items = list(_items(client, restored))
    owners = {item["token"]["S"]: item for item in items if "owner" in item}
    put_back = left = 0
    for device in (item for item in items if "topic" in item):
        owner = owners.get(device["token"]["S"]) or _owner(device)
        if owner["owner"] == device["uid"] and _put(client, stack.tables.devices, device, owner):
            put_back += 1
        else:
            left += 1
    print(f"{put_back} device(s) put back; {left} left as they are, since their tokens are registered")
    return 0


def _owner(device: Item) -> Item:
    return {
        **owner_key(device["token"]["S"]),
        "owner": device["uid"],
        "expires_at": device["expires_at"],
        "quarantined_until": device["quarantined_until"],
    }


def _put(client: Any, table: str, *items: Item) -> bool:
    """All or none; False if one of them is there."""
    puts = [
        {"Put": {"TableName": table, "Item": item, "ConditionExpression": "attribute_not_exists(uid)"}}
        for item in items
    ]
    try:
        client.transact_write_items(TransactItems=puts)
    except client.exceptions.TransactionCanceledException as error:
        if any(reason.get("Code") != "ConditionalCheckFailed" for reason in _reasons(error)):
            raise
        return False
    return True


def _reasons(error: Any) -> list[dict[str, Any]]:
    """Why, of the items because of which the transaction was cancelled."""
    return [reason for reason in error.response["CancellationReasons"] if reason.get("Code") not in (None, "None")]


def _items(client: Any, table: str) -> Iterator[Item]:
    for page in client.get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
        yield from page["Items"]
