"""The owner item of a device token: how long it is kept."""

import pytest

from shared.devices import Device
from tests.support.clocks import NOON_MS
from tokens.ownership import forget, take_over


def device(quarantined_until_ms: int) -> Device:
    return Device(
        uid="alice",
        token="a1" * 32,
        environment="production",
        topic="com.example.app.voip",
        registered_at_ms=NOON_MS,
        expires_at_s=NOON_MS // 1000 + 7,
        quarantined_until_ms=quarantined_until_ms,
    )


def test_an_owner_item_is_kept_as_long_as_its_device() -> None:
    [change] = take_over("devices", device(0), None)

    assert change["Put"]["Item"]["expires_at"] == {"N": str(NOON_MS // 1000 + 7)}


@pytest.mark.parametrize("until_ms", [0, NOON_MS - 1, NOON_MS])
def test_without_a_quarantine_it_goes_with_its_device(until_ms: int) -> None:
    assert forget("devices", device(until_ms), now_ms=NOON_MS).keys() == {"Delete"}


@pytest.mark.parametrize(("left_ms", "kept_s"), [(1, 1), (1_000, 2), (60_999, 61)])
def test_in_quarantine_it_stays_to_the_end_of_that(left_ms: int, kept_s: int) -> None:
    change = forget("devices", device(NOON_MS + left_ms), now_ms=NOON_MS)["Update"]

    values = change["ExpressionAttributeValues"]
    assert values[":until_s"] == {"N": str(NOON_MS // 1000 + kept_s)}
    assert (values[":nobody"], values[":until"]) == ({"S": ""}, {"N": str(NOON_MS + left_ms)})
