"""The devices table as push uses it."""

from typing import Any, Protocol

from shared.clock import Clock
from shared.device_history import DeviceChange, DeviceHistory
from shared.devices import KEEP_S, ApnsEnvironment, Device, device_key, owner_key, query_devices


class Devices(Protocol):
    """Every change is dropped if the device has been registered again since it was read."""

    def for_user(self, uid: str) -> list[Device]: ...
    def remove(self, device: Device) -> None: ...
    def correct_environment(self, device: Device, environment: ApnsEnvironment) -> None: ...
    def quarantine(self, device: Device, until_ms: int) -> None: ...
    def extend(self, device: Device, now_ms: int) -> None: ...


class DynamoDevices:
    def __init__(self, client: Any, table: str, clock: Clock) -> None:
        self._client = client
        self._table = table
        self._history = DeviceHistory(client, table, clock)

    def for_user(self, uid: str) -> list[Device]:
        return query_devices(self._client, self._table, uid)

    def remove(self, device: Device) -> None:
        if self._commit({"Delete": self._unchanged(device)}, {"Delete": self._owned(device)}):
            self._history.record(device, DeviceChange.DEAD)

    def correct_environment(self, device: Device, environment: ApnsEnvironment) -> None:
        self._commit(_setting("environment", {"S": environment}, self._unchanged(device)))

    def quarantine(self, device: Device, until_ms: int) -> None:
        """Also on the owner item, where the next registration of the token finds it."""
        if self._set_on_both(device, "quarantined_until", until_ms):
            self._history.record(device, DeviceChange.QUARANTINED)

    def release(self, device: Device) -> bool:
        """Ends a quarantine. False if the device has been registered again since it was read."""
        return self._set_on_both(device, "quarantined_until", 0)

    def extend(self, device: Device, now_ms: int) -> None:
        """For another year."""
        self._set_on_both(device, "expires_at", now_ms // 1000 + KEEP_S)

    def _set_on_both(self, device: Device, attribute: str, number: int) -> bool:
        value = {"N": str(number)}
        return self._commit(
            _setting(attribute, value, self._unchanged(device)), _setting(attribute, value, self._owned(device))
        )

    def _unchanged(self, device: Device) -> dict[str, Any]:
        return {
            "TableName": self._table,
            "Key": device_key(device.uid, device.token),
            "ConditionExpression": "registered_at = :registered_at",
            "ExpressionAttributeValues": {":registered_at": {"N": str(device.registered_at_ms)}},
        }

    def _owned(self, device: Device) -> dict[str, Any]:
        return {
            "TableName": self._table,
            "Key": owner_key(device.token),
            "ConditionExpression": "#owner = :uid",
            "ExpressionAttributeNames": {"#owner": "owner"},
            "ExpressionAttributeValues": {":uid": {"S": device.uid}},
        }

    def _commit(self, *changes: dict[str, Any]) -> bool:
        """False if the device is no longer as it was read."""
        try:
            self._client.transact_write_items(TransactItems=changes)
        except self._client.exceptions.TransactionCanceledException:
            return False
        return True


def _setting(attribute: str, value: dict[str, str], condition: dict[str, Any]) -> dict[str, Any]:
    values = {**condition["ExpressionAttributeValues"], ":value": value}
    return {
        "Update": {**condition, "UpdateExpression": f"SET {attribute} = :value", "ExpressionAttributeValues": values}
    }
