"""make forget: erases what is kept about a user's phones, and says when the rest goes by itself.

CometChat has no webhook for deleted users, so whoever deletes one there runs this.
"""

import time
from typing import Any

from ops.stack.deployed import DeployedStack
from shared.call_ends_table import KEEP_S as CALLS_KEEP_S
from shared.devices import Device, Item, count_key, device_key, history_key, owner_key, query_devices

_DAY_S = 86_400
# Point-in-time recovery keeps every state of a table for so long.
_BACKUP_DAYS = 35


def forget(stack: DeployedStack, uid: str) -> int:
    erased = erase(stack.client("dynamodb"), stack.tables.devices, uid, today=int(time.time()) // _DAY_S)
    print(f"{uid}: {erased} phone(s) erased, with their owner items and quarantines, and the history of devices.")
    print()
    print("Gone by itself:")
    for what, days in _kept_days(stack).items():
        print(f"  {what:48} after {days} day{'' if days == 1 else 's'}")
    print()
    print("An app that is still signed in registers again at its next launch: delete the user at CometChat first.")
    return 0


def erase(client: Any, table: str, uid: str, *, today: int) -> int:
    """Returns how many devices there were. `today` is in days since the epoch."""
    devices = query_devices(client, table, uid)
    for device in devices:
        _erase_device(client, table, device)
    # Counts live for two days after their own; one made on another clock may be of tomorrow.
    days = range(today - 2, today + 2)
    for key in (history_key(uid), *(count_key(uid, day) for day in days)):
        client.delete_item(TableName=table, Key=key)
    return len(devices)


def _erase_device(client: Any, table: str, device: Device) -> None:
    """The owner item only if it is still this user's: the phone may have been handed on."""
    client.delete_item(TableName=table, Key=device_key(device.uid, device.token))
    owned: Item = {":uid": {"S": device.uid}}
    try:
        client.delete_item(
            TableName=table,
            Key=owner_key(device.token),
            ConditionExpression="#owner = :uid",
            ExpressionAttributeNames={"#owner": "owner"},
            ExpressionAttributeValues=owned,
        )
    except client.exceptions.ConditionalCheckFailedException:
        return


def _kept_days(stack: DeployedStack) -> dict[str, int]:
    calls, dead_letters = (_retention_days(stack, url) for url in (stack.queues.calls, stack.queues.dead_letters))
    return {
        "calls table: who called whom": CALLS_KEEP_S // _DAY_S + 2,
        "calls queue": calls,
        "dead-letter queue (sooner: make dead-letters)": dead_letters,
        "logs: uids, no names": _log_days(stack),
        "backups of the tables": _BACKUP_DAYS,
    }


def _retention_days(stack: DeployedStack, queue_url: str) -> int:
    name = "MessageRetentionPeriod"
    attributes = stack.client("sqs").get_queue_attributes(QueueUrl=queue_url, AttributeNames=[name])["Attributes"]
    return int(attributes[name]) // _DAY_S


def _log_days(stack: DeployedStack) -> int:
    prefix = stack.log_groups.push
    groups = stack.client("logs").describe_log_groups(logGroupNamePrefix=prefix)["logGroups"]
    return int(next(group["retentionInDays"] for group in groups if group["logGroupName"] == prefix))
