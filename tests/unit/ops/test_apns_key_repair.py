"""A .p8 that was stored in another form than Apple's file."""

import base64
import json
from collections.abc import Callable

import pytest

from ops.stack.apns_key_repair import repaired
from push.apns.key import parse_keys
from tests.support.apns.credentials import SigningKey

PEM = SigningKey().pem.decode()
ENTRY = {"key_id": "ABC123DEFG", "team_id": "TEAM123456"}


def body(pem: str) -> str:
    return "".join(pem.splitlines()[1:-1])


SPOILED: dict[str, Callable[[str], str]] = {
    "literal newlines": lambda pem: pem.replace("\n", "\\n"),
    "literal newlines of Windows": lambda pem: pem.replace("\n", "\\r\\n"),
    "the file in base64": lambda pem: base64.b64encode(pem.encode()).decode(),
    "without its first and last line": body,
    "on one line": lambda pem: pem.replace("\n", " "),
}


@pytest.mark.parametrize("spoil", SPOILED.values(), ids=SPOILED)
@pytest.mark.parametrize("per_environment", [False, True])
def test_it_is_the_same_key_again(spoil: Callable[[str], str], per_environment: bool) -> None:
    def secret(pem: str) -> dict[str, object]:
        entry = {**ENTRY, "private_key": pem}
        return {"production": entry} if per_environment else entry

    repair = repaired(json.dumps(secret(spoil(PEM))))

    assert repair is not None
    found = parse_keys(json.dumps(repair.value))["production"].private_key.private_numbers()
    assert found == parse_keys(json.dumps(secret(PEM)))["production"].private_key.private_numbers()


@pytest.mark.parametrize(
    "text",
    ["", "not JSON", "[]", "{}", json.dumps({**ENTRY, "private_key": PEM}), json.dumps({**ENTRY, "private_key": "x"})],
)
def test_nothing_to_repair(text: str) -> None:
    assert repaired(text) is None
