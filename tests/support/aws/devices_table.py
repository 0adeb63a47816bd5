"""A devices table in DynamoDB, with the registry that keeps it."""

from dataclasses import dataclass
from typing import Any

from push.devices import DynamoDevices
from shared.devices import Device, owner_key, query_devices
from tests.support.clocks import MovedClock
from tokens.registry import DynamoRegistry


@dataclass
class DevicesTable:
    client: Any
    name: str
    clock: MovedClock

    @property
    def registry(self) -> DynamoRegistry:
        return DynamoRegistry(self.client, self.name, self.clock)

    def register(self, uid: str, token: str) -> Device:
        """One millisecond after the one before."""
        self.clock.pass_ms(1)
        return self.registry.register(uid, token, "production", "com.example.app.voip")

    def quarantine(self, uid: str, token: str, until_ms: int) -> None:
        """As push does it."""
        (device,) = [each for each in query_devices(self.client, self.name, uid) if each.token == token]
        DynamoDevices(self.client, self.name, self.clock).quarantine(device, until_ms)

    def tokens_of(self, uid: str) -> set[str]:
        return {device.token for device in query_devices(self.client, self.name, uid)}

    def owner_of(self, token: str) -> str | None:
        item = self.client.get_item(TableName=self.name, Key=owner_key(token), ConsistentRead=True).get("Item")
        return item["owner"]["S"] if item else None

    def item_count(self) -> int:
        """Of devices and owners."""
        items = self.client.scan(TableName=self.name, ConsistentRead=True)["Items"]
        return len([item for item in items if not {"new_devices", "entries"} & item.keys()])
