"""make forget: nothing about a user's phones is left in the devices table, and nothing of others is touched."""

from ops.commands.forget import erase
from shared.device_history import DeviceChange, DeviceHistory
from shared.devices import query_devices
from tests.support.aws.devices_table import DevicesTable
from tests.support.clocks import NOON_MS

TOKEN, OTHER, CAROLS = "a1" * 32, "b2" * 32, "c3" * 32
TODAY = NOON_MS // 86_400_000


def items(table: DevicesTable) -> set[tuple[str, str]]:
    found = table.client.scan(TableName=table.name, ConsistentRead=True)["Items"]
    return {(item["uid"]["S"], item["token"]["S"]) for item in found}


def test_devices_owners_quarantine_history_and_counts_are_erased(table: DevicesTable) -> None:
    table.register("carol", CAROLS)
    carols = items(table)
    for token in (TOKEN, OTHER):
        table.register("bob", token)
    table.quarantine("bob", OTHER, NOON_MS + 3_600_000)
    history = DeviceHistory(table.client, table.name, table.clock)
    history.record(query_devices(table.client, table.name, "bob")[0], DeviceChange.SIGNED_OUT)

    assert erase(table.client, table.name, "bob", today=TODAY) == 2
    assert items(table) == carols
    assert erase(table.client, table.name, "bob", today=TODAY) == 0


def test_a_phone_that_was_handed_on_stays_its_new_users(table: DevicesTable) -> None:
    table.register("bob", TOKEN)
    (stale,) = query_devices(table.client, table.name, "bob")
    table.register("carol", TOKEN)
    table.client.put_item(TableName=table.name, Item=stale.to_item())

    assert erase(table.client, table.name, "bob", today=TODAY) == 1
    assert table.owner_of(TOKEN) == "carol"
    assert table.tokens_of("carol") == {TOKEN}
