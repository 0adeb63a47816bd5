"""Records in DynamoDB which user has which devices."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from shared.clock import Clock
from shared.device_history import DeviceChange, DeviceHistory
from shared.devices import KEEP_S, ApnsEnvironment, Device, Item, query_devices
from shared.redaction import describe
from tokens.daily_count import DailyCount
from tokens.errors import RegistryUnavailable, TooManyNewDevices
from tokens.ownership import NOBODY, Owner, forget, read_owner, remove_device, take_over

MAX_DEVICES = 10
ATTEMPTS = 4
CONTENDED = "concurrent changes to the same device or user"


class Registry(Protocol):
    def register(self, uid: str, token: str, environment: ApnsEnvironment, topic: str) -> Device: ...
    def remove(self, uid: str, token: str) -> None: ...
    def remove_all(self, uid: str) -> int: ...


class DynamoRegistry:
    """All methods raise `RegistryUnavailable`."""

    def __init__(self, client: Any, table: str, clock: Clock) -> None:
        self._client = client
        self._table = table
        self._clock = clock
        self._history = DeviceHistory(client, table, clock)

    def register(self, uid: str, token: str, environment: ApnsEnvironment, topic: str) -> Device:
        """Makes the device this user's and nobody else's. Of more than `MAX_DEVICES` the oldest is removed.

        Raises `TooManyNewDevices`.
        """
        try:
            for _ in range(ATTEMPTS):
                now_ms = self._clock()
                owner = read_owner(self._client, self._table, token)
                device = Device(
                    uid=uid,
                    token=token,
                    environment=environment,
                    topic=topic,
                    registered_at_ms=now_ms,
                    expires_at_s=now_ms // 1000 + KEEP_S,
                    # Registering a bad token again does not make it valid.
                    quarantined_until_ms=owner.quarantined_until_ms if owner else 0,
                )
                changes, surplus = self._registration(device, owner, now_ms)
                if self._commit(changes):
                    self._remember(device, owner, surplus)
                    return device
        except (BotoCoreError, ClientError) as error:
            raise RegistryUnavailable(describe(error)) from error
        raise RegistryUnavailable(CONTENDED)

    def remove(self, uid: str, token: str) -> None:
        """Removes the device if it is this user's."""
        self._remove_each(uid, lambda device: device.token == token)

    def remove_all(self, uid: str) -> int:
        """Returns how many devices were removed."""
        return self._remove_each(uid, lambda device: True)

    def _remove_each(self, uid: str, is_meant: Callable[[Device], bool]) -> int:
        try:
            return sum(self._remove(device) for device in self._devices(uid) if is_meant(device))
        except (BotoCoreError, ClientError) as error:
            raise RegistryUnavailable(describe(error)) from error

    def _remove(self, device: Device) -> bool:
        """False if it has been removed or registered again since it was read: a late sign-out undoes no new sign-in."""
        for _ in range(ATTEMPTS):
            if self._commit(self._removal(device)):
                self._history.record(device, DeviceChange.SIGNED_OUT)
                return True
            current = next((each for each in self._devices(device.uid) if each.token == device.token), None)
            if current is None or current.registered_at_ms != device.registered_at_ms:
                return False
            device = current
        raise RegistryUnavailable(CONTENDED)

    def _devices(self, uid: str) -> Sequence[Device]:
        return query_devices(self._client, self._table, uid)

    def _remember(self, device: Device, owner: Owner | None, surplus: Sequence[Device]) -> None:
        if owner and owner.uid not in (device.uid, NOBODY):
            self._history.record(replace(device, uid=owner.uid), DeviceChange.MOVED)
        for each in surplus:
            self._history.record(each, DeviceChange.SURPLUS)

    def _registration(self, device: Device, owner: Owner | None, now_ms: int) -> tuple[list[Item], Sequence[Device]]:
        """The changes, and the devices among them that have to go."""
        changes = [
            {"Put": {"TableName": self._table, "Item": device.to_item()}},
            *take_over(self._table, device, owner),
        ]
        if owner and owner.uid == device.uid:
            return changes, ()
        count = DailyCount.read(self._client, self._table, device.uid, now_ms)
        if count.is_used_up:
            raise TooManyNewDevices(count.retry_after_s)
        # The count also makes concurrent registrations conflict, so that each sees the other's device.
        changes.append(count.increment())
        surplus = self._surplus(device)
        for each in surplus:
            changes += self._removal(each)
        return changes, surplus

    def _surplus(self, device: Device) -> list[Device]:
        """The oldest devices, removed to make room for this one."""
        others = [other for other in self._devices(device.uid) if other.token != device.token]
        oldest_first = sorted(others, key=lambda other: other.registered_at_ms)
        return oldest_first[: max(0, len(others) + 1 - MAX_DEVICES)]

    def _removal(self, device: Device) -> list[Item]:
        """On condition that the device is as it was read: not registered again, moved or quarantined since."""
        return [remove_device(self._table, device), forget(self._table, device, now_ms=self._clock())]

    def _commit(self, changes: list[Item]) -> bool:
        """All or nothing. False if one of the items has changed since it was read, or is being changed."""
        try:
            self._client.transact_write_items(TransactItems=changes)
        except self._client.exceptions.TransactionCanceledException:
            return False
        return True
