"""DynamoDB cancels transactions for reasons that say nothing of their conditions; the emulator never does."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from shared.devices import Device
from tests.support.clocks import MovedClock
from tokens.errors import RegistryUnavailable
from tokens.registry import ATTEMPTS, DynamoRegistry

TOKEN = "a1" * 32
CONFLICT, THROTTLED, CONDITION = "TransactionConflict", "ThrottlingError", "ConditionalCheckFailed"
# Here: a condition failed because the device has become somebody else's.
MOVED = "Moved"
DEVICE = Device(
    uid="alice",
    token=TOKEN,
    environment="production",
    topic="com.example.app.voip",
    registered_at_ms=1,
    expires_at_s=2,
)


class TransactionCanceledException(ClientError):
    pass


class FakeDynamo:
    """A table with one device, where transactions are cancelled for these reasons before one goes through."""

    class exceptions:
        TransactionCanceledException = TransactionCanceledException

    def __init__(self, *reasons: str) -> None:
        self._reasons = list(reasons)
        self.device_is_there = True
        self.attempts = 0
        self.committed = 0

    def get_item(self, **_: Any) -> dict[str, Any]:
        return {}

    def query(self, **_: Any) -> dict[str, Any]:
        return {"Items": [DEVICE.to_item()] if self.device_is_there else []}

    def update_item(self, **parameters: Any) -> dict[str, Any]:
        """Of the history."""
        return {"Attributes": {"entries": parameters["ExpressionAttributeValues"][":new"]}}

    def transact_write_items(self, *, TransactItems: list[Any]) -> None:
        self.attempts += 1
        if self._reasons:
            codes = [{"Code": "None"}] * (len(TransactItems) - 1) + [{"Code": self._reasons.pop(0)}]
            response: Any = {
                "Error": {"Code": "TransactionCanceledException", "Message": ""},
                "CancellationReasons": codes,
            }
            self.device_is_there = self.device_is_there and codes[-1]["Code"] != MOVED
            codes[-1]["Code"] = codes[-1]["Code"].removesuffix(MOVED) or CONDITION
            raise TransactionCanceledException(response, "TransactWriteItems")
        self.committed += 1


CHANGES: dict[str, Callable[[DynamoRegistry], Any]] = {
    "register": lambda registry: registry.register("alice", TOKEN, "production", "com.example.app.voip"),
    "remove": lambda registry: registry.remove("alice", TOKEN),
    "remove all": lambda registry: registry.remove_all("alice"),
}


def make(change: str, dynamo: FakeDynamo) -> Any:
    return CHANGES[change](DynamoRegistry(dynamo, "devices", MovedClock()))


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("reasons", [(CONFLICT,), (THROTTLED,), (CONFLICT, THROTTLED, CONFLICT)])
def test_a_change_is_made_once_the_table_lets_it(change: str, reasons: tuple[str, ...]) -> None:
    dynamo = FakeDynamo(*reasons)

    make(change, dynamo)

    assert dynamo.committed == 1


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("reason", [CONFLICT, THROTTLED])
def test_what_is_never_let_through_is_never_said_to_be_made(change: str, reason: str) -> None:
    dynamo = FakeDynamo(*[reason] * 100)

    with pytest.raises(RegistryUnavailable, match=r"^concurrent changes"):
        make(change, dynamo)
    assert dynamo.attempts == ATTEMPTS


@pytest.mark.parametrize("change", ["remove", "remove all"])
def test_a_device_that_has_become_somebody_elses_need_not_be_removed(change: str) -> None:
    dynamo = FakeDynamo(MOVED)

    assert make(change, dynamo) in (None, 0)
    assert (dynamo.attempts, dynamo.committed) == (1, 0)


@pytest.mark.parametrize("change", ["remove", "remove all"])
def test_a_device_that_is_put_in_quarantine_meanwhile_is_removed_all_the_same(change: str) -> None:
    dynamo = FakeDynamo(CONDITION)

    assert make(change, dynamo) in (None, 1)
    assert (dynamo.attempts, dynamo.committed) == (2, 1)


def test_a_registration_that_somebody_came_before_looks_again() -> None:
    dynamo = FakeDynamo(*[CONDITION] * (ATTEMPTS - 1))
    assert make("register", dynamo).token == TOKEN

    with pytest.raises(RegistryUnavailable):
        make("register", FakeDynamo(*[CONDITION] * ATTEMPTS))
