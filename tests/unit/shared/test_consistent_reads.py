"""What was written before is seen: the emulator always reads consistently, DynamoDB only when asked to."""

from collections.abc import Callable
from typing import Any

import pytest

from push.claims import DynamoClaims
from push.claims_of_0_1 import DynamoClaimsOf01
from push.devices import DynamoDevices
from shared.call_ends_table import DynamoCallEnds
from shared.device_history import DeviceHistory
from shared.ring_items import read_ring_item
from tests.support.clocks import NOON_MS, MovedClock
from tests.support.push.events import TOKEN, ringing
from tokens.daily_count import DailyCount
from tokens.ownership import read_owner


class EmptyTable:
    def __init__(self) -> None:
        self.reads: list[dict[str, Any]] = []

    def query(self, **request: Any) -> dict[str, Any]:
        self.reads.append(request)
        return {"Items": []}

    def get_item(self, **request: Any) -> dict[str, Any]:
        self.reads.append(request)
        return {}


READS: dict[str, Callable[[EmptyTable], object]] = {
    "a user's phones": lambda client: DynamoDevices(client, "devices", MovedClock()).for_user("bob"),
    "how a call ended": lambda client: DynamoCallEnds(client, "calls").read(["session#1", "conversation#1#alice"]),
    "what was noted of a call": lambda client: DynamoClaims(client, "calls").phones(ringing()),
    "what version 0.1 has noted": lambda client: DynamoClaimsOf01(
        client, "calls", started_at_ms=NOON_MS + 1
    ).former_rings(ringing(), NOON_MS),
    "a call's state": lambda client: read_ring_item(client, "calls", "bob", "uuid"),
    "whose a token is": lambda client: read_owner(client, "devices", TOKEN),
    "what happened to a user's phones": lambda client: DeviceHistory(client, "devices", MovedClock()).read("bob"),
    "how many new tokens a user has today": lambda client: DailyCount.read(client, "devices", "bob", NOON_MS),
}


@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_what_was_written_before_is_seen(read: Callable[[EmptyTable], object]) -> None:
    table = EmptyTable()

    read(table)

    assert table.reads
    assert all(request["ConsistentRead"] is True for request in table.reads)
