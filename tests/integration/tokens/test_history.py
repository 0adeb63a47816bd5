"""What the tokens function remembers of a user's devices."""

from shared.device_history import DeviceChange, DeviceHistory
from shared.device_tokens import device_hash
from tests.support.aws.devices_table import DevicesTable
from tokens.registry import MAX_DEVICES

TOKEN = "a1" * 32


def changes(table: DevicesTable, uid: str) -> list[tuple[str, str]]:
    history = DeviceHistory(table.client, table.name, table.clock)
    return [(entry.device, entry.change) for entry in history.read(uid)]


def test_a_sign_out_is_remembered_once(table: DevicesTable) -> None:
    table.register("alice", TOKEN)
    for _ in range(2):
        table.registry.remove("alice", TOKEN)

    assert changes(table, "alice") == [(device_hash(TOKEN), DeviceChange.SIGNED_OUT)]


def test_a_move_is_remembered_by_whom_it_was_taken_from(table: DevicesTable) -> None:
    for uid in ("alice", "bob"):
        table.register(uid, TOKEN)

    assert changes(table, "alice") == [(device_hash(TOKEN), DeviceChange.MOVED)]
    assert changes(table, "bob") == []


def test_the_oldest_of_too_many_is_remembered(table: DevicesTable) -> None:
    tokens = [f"{number:02x}" * 32 for number in range(MAX_DEVICES + 1)]
    for token in tokens:
        table.register("alice", token)

    assert changes(table, "alice") == [(device_hash(tokens[0]), DeviceChange.SURPLUS)]


def test_registering_again_is_no_news(table: DevicesTable) -> None:
    for _ in range(2):
        table.register("alice", TOKEN)

    assert changes(table, "alice") == []
