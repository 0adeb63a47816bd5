"""The layout of the devices table, on which releases that run side by side depend."""

import pytest

from shared.devices import Item, count_key, device_key, history_key, is_device, owner_key
from tests.support.push.events import device


@pytest.mark.parametrize(
    ("key", "uid", "token"),
    [
        (device_key("bob", "a1"), "bob", "a1"),
        (owner_key("a1"), "owner#a1", "a1"),
        (count_key("bob", 20_000), "new#bob", "20000"),
        (history_key("bob"), "history#bob", "history"),
    ],
)
def test_the_keys_of_its_items(key: Item, uid: str, token: str) -> None:
    assert key == {"uid": {"S": uid}, "token": {"S": token}}
    assert not is_device(key)


def test_a_device_is_known_by_its_registration() -> None:
    assert is_device(device().to_item())
