"""What happened to a user's devices, so that somebody who is not rung can be told why.

One item per user in a partition of its own, written only when a device is removed, moves to another user or is
quarantined. No ring reads or awaits it, and no failure to write it fails anything.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

from botocore.exceptions import BotoCoreError, ClientError

from shared.clock import Clock
from shared.device_tokens import device_hash
from shared.devices import Device, Item, history_key
from shared.log_messages import LogMessage
from shared.observability import logger
from shared.redaction import describe

MAX_ENTRIES = 20
KEEP_S = 30 * 86_400


class DeviceChange(StrEnum):
    SIGNED_OUT = "removed: the app signed out"
    MOVED = "moved: another user has registered this device"
    SURPLUS = "removed: the user registered more devices than allowed, and this was the oldest"
    DEAD = "removed: APNs answered 410, the app is no longer installed"
    QUARANTINED = "quarantined: APNs answered BadDeviceToken in both environments"


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    at_ms: int
    device: str
    """The hash of its token, as in logs."""
    environment: str
    change: str

    def to_attribute(self) -> dict[str, Any]:
        texts = {"device": self.device, "environment": self.environment, "change": self.change}
        return {"M": {"at": {"N": str(self.at_ms)}, **{name: {"S": text} for name, text in texts.items()}}}

    @classmethod
    def from_attribute(cls, attribute: dict[str, Any]) -> Self:
        entry = attribute["M"]
        return cls(int(entry["at"]["N"]), entry["device"]["S"], entry["environment"]["S"], entry["change"]["S"])


class DeviceHistory:
    def __init__(self, client: Any, table: str, clock: Clock) -> None:
        self._client = client
        self._table = table
        self._clock = clock

    def record(self, device: Device, change: DeviceChange) -> None:
        """Of a change that was made. Never raises."""
        entry = HistoryEntry(self._clock(), device_hash(device.token), device.environment, change)
        try:
            self._trim(device.uid, self._append(device.uid, entry))
        except (BotoCoreError, ClientError) as error:
            logger.warning(LogMessage.HISTORY_NOT_WRITTEN, extra={"uid": device.uid, "detail": describe(error)})

    def read(self, uid: str) -> list[HistoryEntry]:
        """The latest first. Raises botocore's errors."""
        item = self._client.get_item(TableName=self._table, Key=history_key(uid), ConsistentRead=True).get("Item", {})
        entries = [HistoryEntry.from_attribute(each) for each in item.get("entries", {"L": []})["L"]]
        return [entry for entry in reversed(entries) if not self._is_too_old(entry)]

    def _append(self, uid: str, entry: HistoryEntry) -> list[HistoryEntry]:
        """Returns all entries, the oldest first."""
        item: Item = self._client.update_item(
            TableName=self._table,
            Key=history_key(uid),
            UpdateExpression=(
                "SET entries = list_append(if_not_exists(entries, :none), :new), expires_at = :expires_at"
            ),
            ExpressionAttributeValues={
                ":none": {"L": []},
                ":new": {"L": [entry.to_attribute()]},
                ":expires_at": {"N": str(self._clock() // 1000 + KEEP_S)},
            },
            ReturnValues="ALL_NEW",
        )["Attributes"]
        return [HistoryEntry.from_attribute(each) for each in item["entries"]["L"]]

    def _trim(self, uid: str, entries: list[HistoryEntry]) -> None:
        surplus = [
            f"entries[{index}]"
            for index, entry in enumerate(entries)
            if index < len(entries) - MAX_ENTRIES or self._is_too_old(entry)
        ]
        if surplus:
            self._client.update_item(
                TableName=self._table,
                Key=history_key(uid),
                UpdateExpression=f"REMOVE {', '.join(surplus)}",
                # Somebody else who has appended meanwhile will trim.
                ConditionExpression="size(entries) = :size",
                ExpressionAttributeValues={":size": {"N": str(len(entries))}},
            )

    def _is_too_old(self, entry: HistoryEntry) -> bool:
        return entry.at_ms < self._clock() - KEEP_S * 1000
