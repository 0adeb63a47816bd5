"""uids and device tokens: what can be one, and how it is written."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.device_tokens import device_hash, normalised_device_token
from shared.devices import Device, device_key, owner_key
from shared.uids import normalised_uid

TOKEN = "00fc13adff785122b4ad28809a3420982341241421348097878e577c991de8f0"


@pytest.mark.parametrize(
    ("uid", "expected"),
    [("alice", "alice"), ("Alice-B_1", "alice-b_1"), ("7", "7"), ("-", "-"), ("x" * 100, "x" * 100)],
)
def test_uids_are_kept_in_lower_case(uid: str, expected: str) -> None:
    assert normalised_uid(uid) == expected


@pytest.mark.parametrize(
    "uid",
    [
        "",
        "x" * 101,
        "a b",
        " a",
        "a\n",
        "a#b",
        "a.b",
        "a@b",
        "ü",
        "\u212a",
        "ß",
        "\ud800",
        "a\x00",
        None,
        5,
        ["a"],
        b"a",
    ],
)
def test_no_uid(uid: object) -> None:
    assert normalised_uid(uid) is None


@given(st.text())
def test_a_uid_is_its_own_normal_form_and_has_no_hash_sign(text: str) -> None:
    uid = normalised_uid(text)

    assert uid is None or re.fullmatch("[a-z0-9_-]{1,100}", uid)
    assert uid is None or normalised_uid(uid) == uid


@pytest.mark.parametrize("token", [TOKEN, TOKEN.upper(), "ab", "ab" * 80, "ab" * 100])
def test_device_tokens_are_kept_in_lower_case(token: str) -> None:
    assert normalised_device_token(token) == token.lower()


@pytest.mark.parametrize(
    "token",
    [
        "",
        "a",
        TOKEN[:-1],
        "ab" * 101,
        f"{TOKEN} ",
        f"{TOKEN}\n",
        f"<{TOKEN}>",
        f"0x{TOKEN}",
        "gg",
        "\u0660\u0660",
        "ab cd",
        None,
        5,
        ["ab"],
    ],
)
def test_no_device_token(token: object) -> None:
    assert normalised_device_token(token) is None


@given(st.binary(min_size=1, max_size=100))
def test_every_token_that_pushkit_may_hand_out_is_one(token: bytes) -> None:
    assert normalised_device_token(token.hex()) == token.hex() == normalised_device_token(token.hex().upper())


def test_a_log_tells_devices_apart_without_naming_them() -> None:
    hashed = device_hash(TOKEN)

    assert re.fullmatch("[0-9a-f]{12}", hashed)
    assert hashed not in TOKEN
    assert hashed != device_hash(TOKEN[:-1] + "1")


@given(st.builds(Device, environment=st.sampled_from(["production", "sandbox"])))
def test_a_device_comes_out_of_the_table_as_it_went_in(device: Device) -> None:
    assert Device.from_item(device.to_item()) == device
    assert device.to_item().items() >= device_key(device.uid, device.token).items()


def test_an_owner_item_is_under_no_user() -> None:
    assert normalised_uid(owner_key(TOKEN)["uid"]["S"]) is None
