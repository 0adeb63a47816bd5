"""Whose device it is, in a real table."""

import pytest
from botocore.exceptions import ClientError

from shared.devices import KEEP_S, query_devices
from tests.support.aws.devices_table import DevicesTable
from tests.support.clocks import NOON_MS
from tokens.daily_count import MAX_NEW_DEVICES_A_DAY
from tokens.errors import RegistryUnavailable, TooManyNewDevices
from tokens.registry import MAX_DEVICES, DynamoRegistry

TOKEN, OTHER = "a1" * 32, "b2" * 32
TOPIC = "com.example.app.voip"


def test_a_device_that_is_registered_is_found_by_its_user(table: DevicesTable) -> None:
    device = table.registry.register("alice", TOKEN, "sandbox", TOPIC)

    assert query_devices(table.client, table.name, "alice") == [device]
    assert (device.uid, device.token, device.environment, device.topic) == ("alice", TOKEN, "sandbox", TOPIC)
    assert (device.registered_at_ms, device.expires_at_s) == (NOON_MS, NOON_MS // 1000 + KEEP_S)
    assert device.quarantined_until_ms == 0
    assert table.owner_of(TOKEN) == "alice"


def test_registering_again_renews_it(table: DevicesTable) -> None:
    former = table.registry.register("alice", TOKEN, "sandbox", TOPIC)
    table.clock.pass_ms(5_000)

    again = table.registry.register("alice", TOKEN, "production", TOPIC)

    assert query_devices(table.client, table.name, "alice") == [again]
    assert (again.registered_at_ms, again.environment) == (former.registered_at_ms + 5_000, "production")
    assert again.expires_at_s == former.expires_at_s + 5
    assert table.item_count() == 2


def test_a_device_goes_with_whoever_registers_it_last(table: DevicesTable) -> None:
    for uid in ("alice", "bob", "carol", "alice"):
        table.register(uid, TOKEN)
        assert table.tokens_of(uid) == {TOKEN}
        assert table.owner_of(TOKEN) == uid

    assert table.tokens_of("bob") == table.tokens_of("carol") == set()
    assert table.item_count() == 2


def test_of_more_than_ten_devices_the_oldest_goes(table: DevicesTable) -> None:
    tokens = [f"{number:02x}" * 32 for number in range(MAX_DEVICES + 2)]
    # In an order that is not that of the table's sort key.
    for token in reversed(tokens):
        table.register("alice", token)

    assert table.tokens_of("alice") == set(tokens[:MAX_DEVICES])
    assert table.owner_of(tokens[-1]) is None
    assert table.item_count() == 2 * MAX_DEVICES


def test_a_device_that_is_registered_again_is_not_the_oldest_any_more(table: DevicesTable) -> None:
    tokens = [f"{number:02x}" * 32 for number in range(MAX_DEVICES + 1)]
    for token in tokens[:MAX_DEVICES]:
        table.register("alice", token)
    table.register("alice", tokens[0])
    assert table.tokens_of("alice") == set(tokens[:MAX_DEVICES])

    table.register("alice", tokens[-1])

    assert table.tokens_of("alice") == set(tokens) - {tokens[1]}


def test_sign_out_of_one_device(table: DevicesTable) -> None:
    for token in (TOKEN, OTHER):
        table.register("alice", token)

    for _ in range(2):
        table.registry.remove("alice", TOKEN)
        assert table.tokens_of("alice") == {OTHER}
        assert table.owner_of(TOKEN) is None
    assert table.item_count() == 2


def test_a_late_sign_out_does_not_take_the_next_users_device(table: DevicesTable) -> None:
    table.register("alice", TOKEN)
    table.register("bob", TOKEN)

    table.registry.remove("alice", TOKEN)

    assert table.tokens_of("bob") == {TOKEN}
    assert table.owner_of(TOKEN) == "bob"


def test_sign_out_everywhere(table: DevicesTable) -> None:
    tokens = [f"{number:02x}" * 32 for number in range(MAX_DEVICES)]
    for token in tokens:
        table.register("alice", token)
    table.register("bob", OTHER)

    assert table.registry.remove_all("alice") == MAX_DEVICES
    assert table.registry.remove_all("alice") == 0
    assert table.tokens_of("alice") == set()
    assert table.tokens_of("bob") == {OTHER}
    assert table.item_count() == 2


@pytest.mark.parametrize("uid", ["alice", "bob"])
def test_a_bad_token_stays_in_quarantine_whoever_registers_it_again(table: DevicesTable, uid: str) -> None:
    until_ms = NOON_MS + 3_600_000
    table.register("alice", TOKEN)
    table.quarantine("alice", TOKEN, until_ms)

    for registered in (table.register(uid, TOKEN), table.register(uid, TOKEN)):
        assert registered.quarantined_until_ms == until_ms
    assert [device.quarantined_until_ms for device in query_devices(table.client, table.name, uid)] == [until_ms]


def test_nor_does_removing_and_registering_it_again_end_the_quarantine(table: DevicesTable) -> None:
    until_ms = NOON_MS + 3_600_000
    for remove in (lambda: table.registry.remove("alice", TOKEN), lambda: table.registry.remove_all("alice")):
        table.register("alice", TOKEN)
        table.quarantine("alice", TOKEN, until_ms)
        remove()
        assert table.tokens_of("alice") == set()
        assert table.owner_of(TOKEN) == ""

        assert table.register("bob", TOKEN).quarantined_until_ms == until_ms
        assert table.owner_of(TOKEN) == "bob"
        table.registry.remove("bob", TOKEN)


def test_a_quarantine_that_is_over_leaves_nothing_behind(table: DevicesTable) -> None:
    table.register("alice", TOKEN)
    table.quarantine("alice", TOKEN, NOON_MS + 60_000)
    table.clock.pass_ms(60_000)

    table.registry.remove("alice", TOKEN)

    assert table.item_count() == 0


def test_new_devices_are_capped_per_user_and_day(table: DevicesTable) -> None:
    tokens = [f"{number:04x}" * 16 for number in range(MAX_NEW_DEVICES_A_DAY + 1)]
    for token in tokens[:-1]:
        table.register("alice", token)

    with pytest.raises(TooManyNewDevices) as raised:
        table.register("alice", tokens[-1])
    assert table.owner_of(tokens[-1]) is None
    assert 0 < raised.value.retry_after_s <= 86_400
    # Not for others, nor for the devices that the user has.
    table.register("bob", tokens[-1])
    table.register("alice", tokens[-2])
    # One that was another user's is as new to this one.
    with pytest.raises(TooManyNewDevices):
        table.register("alice", tokens[-1])
    assert table.owner_of(tokens[-1]) == "bob"
    # One that was removed counts as new, or the cap would be none.
    table.registry.remove("alice", tokens[-2])
    with pytest.raises(TooManyNewDevices):
        table.register("alice", tokens[-2])

    table.clock.pass_ms(raised.value.retry_after_s * 1000 - 2_000)
    with pytest.raises(TooManyNewDevices):
        table.register("alice", tokens[-2])
    table.clock.pass_ms(2_000)
    table.register("alice", tokens[-2])


def test_without_the_table_a_change_is_not_known_to_be_made(table: DevicesTable) -> None:
    nowhere = DynamoRegistry(table.client, "no-such-table", table.clock)

    for change in (
        lambda: nowhere.register("alice", TOKEN, "production", TOPIC),
        lambda: nowhere.remove("alice", TOKEN),
        lambda: nowhere.remove_all("alice"),
    ):
        with pytest.raises(RegistryUnavailable) as raised:
            change()
        assert isinstance(raised.value.__cause__, ClientError)
        assert "ResourceNotFoundException" in str(raised.value)
