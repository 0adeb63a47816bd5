"""What happened to a user's devices, kept in the devices table of the emulator."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from push.devices import DynamoDevices
from shared.device_history import KEEP_S, MAX_ENTRIES, DeviceChange, DeviceHistory, HistoryEntry
from shared.device_tokens import device_hash
from shared.devices import Device, history_key
from shared.log_messages import LogMessage
from tests.support.clocks import MovedClock
from tests.support.push.events import TOPIC
from tokens.registry import DynamoRegistry

DAY_MS = 86_400_000


@pytest.fixture
def uid() -> str:
    return f"user-{uuid.uuid4()}"


@pytest.fixture
def device(dynamodb: Any, devices_table: str, clock: MovedClock, uid: str) -> Device:
    return DynamoRegistry(dynamodb, devices_table, clock).register(uid, uuid.uuid4().hex * 2, "production", TOPIC)


@pytest.fixture
def history(dynamodb: Any, devices_table: str, clock: MovedClock) -> DeviceHistory:
    return DeviceHistory(dynamodb, devices_table, clock)


def test_a_dead_device_is_remembered_by_its_hash(
    devices: DynamoDevices, history: DeviceHistory, clock: MovedClock, device: Device
) -> None:
    devices.remove(device)

    (entry,) = history.read(device.uid)
    assert (entry.at_ms, entry.device, entry.environment) == (clock(), device_hash(device.token), "production")
    assert entry.change == DeviceChange.DEAD


def test_a_quarantine_is_remembered_and_its_end_is_not(
    devices: DynamoDevices, history: DeviceHistory, clock: MovedClock, device: Device
) -> None:
    devices.quarantine(device, clock() + 3_600_000)
    assert devices.release(device)

    assert [entry.change for entry in history.read(device.uid)] == [DeviceChange.QUARANTINED]
    assert [each.quarantined_until_ms for each in devices.for_user(device.uid)] == [0]


def test_a_device_that_has_been_registered_again_is_neither_removed_nor_remembered(
    devices: DynamoDevices, history: DeviceHistory, clock: MovedClock, device: Device, dynamodb: Any, devices_table: str
) -> None:
    clock.pass_ms(1)
    DynamoRegistry(dynamodb, devices_table, clock).register(device.uid, device.token, "production", TOPIC)

    devices.remove(device)
    devices.quarantine(device, clock() + 3_600_000)

    assert history.read(device.uid) == []
    assert not devices.release(device)


def test_the_latest_20_of_30_days_are_kept(history: DeviceHistory, clock: MovedClock, device: Device) -> None:
    history.record(device, DeviceChange.DEAD)
    clock.pass_ms(DAY_MS)
    for _ in range(MAX_ENTRIES + 2):
        clock.pass_ms(1)
        history.record(device, DeviceChange.SIGNED_OUT)

    kept = history.read(device.uid)
    assert [entry.change for entry in kept] == [DeviceChange.SIGNED_OUT] * MAX_ENTRIES
    assert kept[0].at_ms == clock()

    clock.pass_ms(KEEP_S * 1000)
    assert [entry.at_ms for entry in history.read(device.uid)] == [clock() - KEEP_S * 1000]


def test_what_others_have_left_is_trimmed_as_well(
    history: DeviceHistory, clock: MovedClock, device: Device, dynamodb: Any, devices_table: str
) -> None:
    """Of several who append at once only the last one trims."""
    entry = HistoryEntry(clock(), device_hash(device.token), "production", DeviceChange.MOVED).to_attribute()
    item = {**history_key(device.uid), "entries": {"L": [entry] * (MAX_ENTRIES + 3)}, "expires_at": {"N": "0"}}
    dynamodb.put_item(TableName=devices_table, Item=item)

    clock.pass_ms(700)
    history.record(device, DeviceChange.SIGNED_OUT)

    kept = dynamodb.get_item(TableName=devices_table, Key=history_key(device.uid))["Item"]
    assert len(kept["entries"]["L"]) == MAX_ENTRIES
    assert [entry.change for entry in history.read(device.uid)][:2] == [DeviceChange.SIGNED_OUT, DeviceChange.MOVED]
    assert kept["expires_at"]["N"] == str(clock() // 1000 + KEEP_S)


def test_ten_phones_at_once_are_all_remembered(history: DeviceHistory, device: Device) -> None:
    """As push does it when APNs calls all phones of a user bad."""
    phones = [replace(device, token=f"{number:02x}" * 32) for number in range(10)]
    with ThreadPoolExecutor(len(phones)) as threads:
        list(threads.map(lambda phone: history.record(phone, DeviceChange.QUARANTINED), phones))

    assert {entry.device for entry in history.read(device.uid)} == {device_hash(phone.token) for phone in phones}


def test_a_history_that_cannot_be_written_fails_nothing(
    dynamodb: Any, clock: MovedClock, device: Device, caplog: pytest.LogCaptureFixture
) -> None:
    DeviceHistory(dynamodb, "no-such-table", clock).record(device, DeviceChange.DEAD)

    assert LogMessage.HISTORY_NOT_WRITTEN in caplog.messages
