"""Who has which device, kept in DynamoDB."""

from collections.abc import Sequence
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from shared.clock import Clock
from shared.devices import KEEP_S, ApnsEnvironment, Device, Item, device_key, owner_key, query_devices

MAX_DEVICES = 10
ATTEMPTS = 4
CONTENDED = "others kept changing the same device or user"


class RegistryUnavailable(Exception):
    """The change is not known to have been made; making it again does no harm."""


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
        """Makes the device this user's and nobody else's. At most 10 devices a user: the oldest goes."""
        try:
            for _ in range(ATTEMPTS):
                now_ms = self._clock()
                owner = self._owner(token)
                device = Device(
                    uid=uid,
                    token=token,
                    environment=environment,
                    topic=topic,
                    registered_at_ms=now_ms,
                    expires_at_s=now_ms // 1000 + KEEP_S,
                    # Registering a bad token again does not make it a good one.
                    quarantined_until_ms=int(owner["quarantined_until"]["N"]) if owner else 0,
                )
                changes = [self._put_device(device), *self._take_ownership(device, owner)]
                for surplus in self._surplus(uid, token):
                    changes += self._delete(uid, surplus)
                if self._commit(changes):
                    return device
        except (BotoCoreError, ClientError) as error:
            raise RegistryUnavailable(str(error)) from error
        raise RegistryUnavailable(CONTENDED)

    def remove(self, uid: str, token: str) -> None:
        """Removes the device if it is this user's."""
        try:
            self._commit(self._delete(uid, token))
        except (BotoCoreError, ClientError) as error:
            raise RegistryUnavailable(str(error)) from error

    def remove_all(self, uid: str) -> int:
        """Returns how many devices were removed."""
        try:
            return sum(self._commit(self._delete(uid, device.token)) for device in self._devices(uid))
        except (BotoCoreError, ClientError) as error:
            raise RegistryUnavailable(str(error)) from error

    def _owner(self, token: str) -> Item | None:
        response = self._client.get_item(TableName=self._table, Key=owner_key(token), ConsistentRead=True)
        item: Item | None = response.get("Item")
        return item

    def _devices(self, uid: str) -> Sequence[Device]:
        return query_devices(self._client, self._table, uid)

    def _surplus(self, uid: str, token: str) -> list[str]:
        """The tokens of the oldest devices that have to go so that this one fits."""
        others = [device for device in self._devices(uid) if device.token != token]
        oldest_first = sorted(others, key=lambda device: device.registered_at_ms)
        return [device.token for device in oldest_first[: max(0, len(others) + 1 - MAX_DEVICES)]]

    def _put_device(self, device: Device) -> Item:
        return {"Put": {"TableName": self._table, "Item": device.to_item()}}

    def _take_ownership(self, device: Device, owner: Item | None) -> list[Item]:
        """Provided that the owner is still the one that was read."""
        item = {
            **owner_key(device.token),
            "owner": {"S": device.uid},
            "expires_at": {"N": str(device.expires_at_s)},
            "quarantined_until": {"N": str(device.quarantined_until_ms)},
        }
        put: dict[str, Any] = {"TableName": self._table, "Item": item}
        if owner is None:
            put["ConditionExpression"] = "attribute_not_exists(uid)"
            return [{"Put": put}]
        put["ConditionExpression"] = "#owner = :former"
        put["ExpressionAttributeNames"] = {"#owner": "owner"}
        put["ExpressionAttributeValues"] = {":former": owner["owner"]}
        former = owner["owner"]["S"]
        if former == device.uid:
            return [{"Put": put}]
        return [{"Put": put}, {"Delete": {"TableName": self._table, "Key": device_key(former, device.token)}}]

    def _delete(self, uid: str, token: str) -> list[Item]:
        """Provided that the token is not somebody else's."""
        return [
            {"Delete": {"TableName": self._table, "Key": device_key(uid, token)}},
            {
                "Delete": {
                    "TableName": self._table,
                    "Key": owner_key(token),
                    "ConditionExpression": "attribute_not_exists(uid) OR #owner = :uid",
                    "ExpressionAttributeNames": {"#owner": "owner"},
                    "ExpressionAttributeValues": {":uid": {"S": uid}},
                }
            },
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
