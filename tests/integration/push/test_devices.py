"""The devices table as push changes it, against the emulator; phones register as the tokens function lets them."""

import uuid
from dataclasses import replace

import pytest

from shared.devices import KEEP_S
from tests.support.clocks import NOON_MS
from tests.support.push.events import TOPIC
from tokens.registry import DynamoRegistry


@pytest.fixture
def uid() -> str:
    return f"user-{uuid.uuid4()}"


@pytest.fixture
def token() -> str:
    return uuid.uuid4().hex * 2


@pytest.fixture
def registry(dynamodb, devices_table, clock) -> DynamoRegistry:
    return DynamoRegistry(dynamodb, devices_table, clock)


def owner_item(dynamodb, devices_table, token):
    key = {"uid": {"S": f"owner#{token}"}, "token": {"S": token}}
    return dynamodb.get_item(TableName=devices_table, Key=key, ConsistentRead=True).get("Item")


CHANGES = {
    "remove": lambda devices, device: devices.remove(device),
    "correct": lambda devices, device: devices.correct_environment(device, "sandbox"),
    "quarantine": lambda devices, device: devices.quarantine(device, NOON_MS + 3_600_000),
    "extend": lambda devices, device: devices.extend(device, device.expires_at_s * 1000),
}


def test_the_devices_of_a_user_are_found(devices, registry, uid, token):
    assert devices.for_user(uid) == []
    registered = [registry.register(uid, f"{index:02x}{token}", "production", TOPIC) for index in range(3)]
    assert devices.for_user(uid) == registered


def test_a_removed_device_leaves_nothing(devices, registry, uid, token, dynamodb, devices_table):
    other = registry.register(uid, f"00{token}", "production", TOPIC)
    devices.remove(registry.register(uid, token, "production", TOPIC))
    assert devices.for_user(uid) == [other]
    assert owner_item(dynamodb, devices_table, token) is None


def test_an_environment_is_corrected(devices, registry, uid, token):
    device = registry.register(uid, token, "production", TOPIC)
    devices.correct_environment(device, "sandbox")
    assert devices.for_user(uid) == [replace(device, environment="sandbox")]


def test_a_quarantine_outlives_a_new_registration(devices, registry, uid, token, clock):
    device = registry.register(uid, token, "production", TOPIC)
    devices.quarantine(device, NOON_MS + 3_600_000)
    assert devices.for_user(uid) == [replace(device, quarantined_until_ms=NOON_MS + 3_600_000)]
    clock.pass_ms(1)
    registry.register(uid, token, "sandbox", TOPIC)
    assert [found.quarantined_until_ms for found in devices.for_user(uid)] == [NOON_MS + 3_600_000]


def test_a_device_is_extended_by_a_year(devices, registry, uid, token, dynamodb, devices_table):
    device = registry.register(uid, token, "production", TOPIC)
    now_ms = device.expires_at_s * 1000 - 1
    devices.extend(device, now_ms)
    expires_at_s = now_ms // 1000 + KEEP_S
    assert devices.for_user(uid) == [replace(device, expires_at_s=expires_at_s)]
    assert owner_item(dynamodb, devices_table, token)["expires_at"] == {"N": str(expires_at_s)}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_after_a_new_registration_nothing_is_changed(
    devices, registry, uid, token, clock, dynamodb, devices_table, change
):
    read = registry.register(uid, token, "production", TOPIC)
    clock.pass_ms(1)
    new = registry.register(uid, token, "production", TOPIC)
    owner = owner_item(dynamodb, devices_table, token)
    change(devices, read)
    assert devices.for_user(uid) == [new]
    assert owner_item(dynamodb, devices_table, token) == owner


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_device_that_another_user_has_now_is_not_touched(
    devices, registry, uid, token, clock, dynamodb, devices_table, change
):
    read = registry.register(uid, token, "production", TOPIC)
    clock.pass_ms(1)
    new = registry.register(f"{uid}-2", token, "production", TOPIC)
    owner = owner_item(dynamodb, devices_table, token)
    change(devices, read)
    assert devices.for_user(uid) == []
    assert devices.for_user(f"{uid}-2") == [new]
    assert owner_item(dynamodb, devices_table, token) == owner


@pytest.mark.parametrize("name", sorted(CHANGES.keys() - {"correct"}))
def test_a_token_whose_owner_item_names_another_user_is_not_touched(
    devices, registry, uid, token, dynamodb, devices_table, name
):
    """As after a table was restored from two moments."""
    read = registry.register(uid, token, "production", TOPIC)
    other = {**owner_item(dynamodb, devices_table, token), "owner": {"S": f"{uid}-2"}}
    dynamodb.put_item(TableName=devices_table, Item=other)
    CHANGES[name](devices, read)
    assert devices.for_user(uid) == [read]
    assert owner_item(dynamodb, devices_table, token) == other


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_device_that_has_signed_out_does_not_come_back(
    devices, registry, uid, token, dynamodb, devices_table, change
):
    read = registry.register(uid, token, "production", TOPIC)
    registry.remove(uid, token)
    change(devices, read)
    assert devices.for_user(uid) == []
    assert owner_item(dynamodb, devices_table, token) is None
