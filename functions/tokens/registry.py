"""Who has which device, kept in DynamoDB."""

from collections.abc import Sequence
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from shared.clock import Clock
from shared.devices import KEEP_S, ApnsEnvironment, Device, Item, device_key, query_devices
from shared.redaction import describe
from tokens.daily_count import DailyCount
from tokens.ownership import Owner, forget, read_owner, take_over

MAX_DEVICES = 10
ATTEMPTS = 4
CONTENDED = "others kept changing the same device or user"


class RegistryUnavailable(Exception):
    """The change is not known to have been made; making it again does no harm."""


class TooManyNewDevices(Exception):
    """The user has registered more tokens that were not theirs before than anybody does in a day."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(f"too many new device tokens for today; {retry_after_s} s are left of it")
        self.retry_after_s = retry_after_s


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

    def register(self, uid: str, token: str, environment: ApnsEnvironment, topic: str) -> Device:
        """Makes the device this user's and nobody else's. At most 10 devices a user: the oldest goes.

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
                    # Registering a bad token again does not make it a good one.
                    quarantined_until_ms=owner.quarantined_until_ms if owner else 0,
                )
                if self._commit(self._registration(device, owner, now_ms)):
                    return device
        except (BotoCoreError, ClientError) as error:
            raise RegistryUnavailable(describe(error)) from error
        raise RegistryUnavailable(CONTENDED)

    def remove(self, uid: str, token: str) -> None:
        """Removes the device if it is this user's."""
        try:
            self._remove(uid, token)
        except (BotoCoreError, ClientError) as error:
            raise RegistryUnavailable(describe(error)) from error

    def remove_all(self, uid: str) -> int:
        """Returns how many devices were removed."""
        try:
            return sum(self._remove(uid, device.token) for device in self._devices(uid))
        except (BotoCoreError, ClientError) as error:
            raise RegistryUnavailable(describe(error)) from error

    def _remove(self, uid: str, token: str) -> bool:
        """False if the user has no such device, or no longer."""
        for _ in range(ATTEMPTS):
            device = next((each for each in self._devices(uid) if each.token == token), None)
            if device is None:
                return False
            if self._commit(self._removal(device)):
                return True
        raise RegistryUnavailable(CONTENDED)

    def _devices(self, uid: str) -> Sequence[Device]:
        return query_devices(self._client, self._table, uid)

    def _registration(self, device: Device, owner: Owner | None, now_ms: int) -> list[Item]:
        changes = [
            {"Put": {"TableName": self._table, "Item": device.to_item()}},
            *take_over(self._table, device, owner),
        ]
        if owner and owner.uid == device.uid:
            return changes
        count = DailyCount.read(self._client, self._table, device.uid, now_ms)
        if count.is_used_up:
            raise TooManyNewDevices(count.retry_after_s)
        # The count also makes two registrations at the same moment see each other's device.
        changes.append(count.increment())
        for surplus in self._surplus(device):
            changes += self._removal(surplus)
        return changes

    def _surplus(self, device: Device) -> list[Device]:
        """The oldest devices, which have to go so that this one fits."""
        others = [other for other in self._devices(device.uid) if other.token != device.token]
        oldest_first = sorted(others, key=lambda other: other.registered_at_ms)
        return oldest_first[: max(0, len(others) + 1 - MAX_DEVICES)]

    def _removal(self, device: Device) -> list[Item]:
        """Provided that the token has not become somebody else's, nor been put in quarantine, since this was read."""
        return [
            {"Delete": {"TableName": self._table, "Key": device_key(device.uid, device.token)}},
            forget(self._table, device, now_ms=self._clock()),
        ]

    def _commit(self, changes: list[Item]) -> bool:
        """All or nothing; False if somebody else has changed one of the items in the meantime."""
        for _ in range(ATTEMPTS):
            try:
                self._client.transact_write_items(TransactItems=changes)
            except self._client.exceptions.TransactionCanceledException as error:
                # Any other reason, such as a transaction under way on the same items, says nothing about the condition.
                if any(
                    reason.get("Code") == "ConditionalCheckFailed" for reason in error.response["CancellationReasons"]
                ):
                    return False
            else:
                return True
        raise RegistryUnavailable(CONTENDED)
