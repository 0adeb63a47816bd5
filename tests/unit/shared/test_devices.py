"""The layout of the devices table, on which releases that run side by side depend."""

from shared.devices import count_key, device_key, history_key, is_device, owner_key
from tests.support.push.events import device


def test_the_keys_of_its_items() -> None:
    keys = [device_key("bob", "a1"), owner_key("a1"), count_key("bob", 20_000), history_key("bob")]

    assert [(key["uid"]["S"], key["token"]["S"]) for key in keys] == [
        ("bob", "a1"),
        ("owner#a1", "a1"),
        ("new#bob", "20000"),
        ("history#bob", "history"),
    ]
    assert not any(is_device(key) for key in keys)


def test_a_device_is_known_by_its_registration() -> None:
    assert is_device(device().to_item())
