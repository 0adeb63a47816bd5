"""The push function meets what version 0.1 has left behind: its claims, its ends and its messages."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from apns_simulator import ApnsSimulator
from shared.clock import now_ms
from tests.support.aws.template import table_schema
from tests.support.functions.push import PushFunction
from tests.support.observed import observed
from tests.support.push.events import TOPIC
from tests.support.push.release_0_1 import Release01
from tokens.registry import DynamoRegistry

DELIVERED = {"batchItemFailures": []}
# Then the leases of 0.1 have ended, and the phones can ring for long enough.
LEASE_ENDED_MS = 10_000


@pytest.fixture
def calls_table(dynamodb: Any, request: pytest.FixtureRequest) -> str:
    """One for each test, since all have the same call."""
    return _table(dynamodb, "CallsTable", request)


@pytest.fixture
def devices_table(dynamodb: Any, request: pytest.FixtureRequest) -> str:
    return _table(dynamodb, "DevicesTable", request)


def _table(dynamodb: Any, logical_id: str, request: pytest.FixtureRequest) -> str:
    name = f"{logical_id}-{abs(hash(request.node.nodeid))}"
    dynamodb.create_table(TableName=name, **table_schema(logical_id))
    request.addfinalizer(lambda: dynamodb.delete_table(TableName=name))
    return name


@pytest.fixture
def began_ms_ago() -> int:
    return LEASE_ENDED_MS


@pytest.fixture
def release_0_1(began_ms_ago: int, dynamodb: Any, devices_table: str) -> Release01:
    """Its call began before the push function's environment."""
    release = Release01(now_ms() - began_ms_ago)
    registry = DynamoRegistry(dynamodb, devices_table, now_ms)
    for token in release.tokens:
        registry.register("bob", token, "production", TOPIC)
    return release


@pytest.fixture
def left_behind(release_0_1: Release01, dynamodb: Any, calls_table: str) -> Callable[[str], None]:
    def put(name: str) -> None:
        for item in release_0_1.items(name):
            dynamodb.put_item(TableName=calls_table, Item=item)

    return put


def pushed(apns: ApnsSimulator, release: Release01) -> list[int]:
    """How often each of the two phones was pushed; always with the ids that 0.1 gives that call."""
    pushes = apns.pushes()
    assert all(push["apns_id"] == release.apns_ids[push["device_token"]] for push in pushes)
    assert all(push["payload"]["uuid"] == release.uuid for push in pushes)
    times = Counter(push["device_token"] for push in pushes)
    return [times[token] for token in release.tokens]


@pytest.mark.parametrize(
    ("items", "pushes", "repeats", "counted_as"),
    [
        ("both claimed", [1, 1], 2, "CallsRung"),
        ("one rung, one claimed", [0, 1], 1, "CallsRung"),
        ("one rung, one unknown", [0, 1], 1, "CallsRung"),
        ("one rung, one given back", [0, 1], 0, "CallsRung"),
        ("both rung", [0, 0], 0, "CallsRung"),
        ("one dead, one quarantined", [0, 0], 0, "CallsWithoutDevice"),
        ("both over", [0, 0], 0, "CallsEnded"),
        ("ended, by session", [0, 0], 0, "CallsEnded"),
        ("ended, by conversation", [0, 0], 0, "CallsEnded"),
    ],
)
def test_a_call_that_0_1_was_working_on(
    release_0_1: Release01,
    push_function: PushFunction,
    apns: ApnsSimulator,
    left_behind: Callable[[str], None],
    items: str,
    pushes: list[int],
    repeats: int,
    counted_as: str,
) -> None:
    left_behind(items)
    with observed() as seen:
        assert push_function(release_0_1.message("ringing")) == DELIVERED
    assert pushed(apns, release_0_1) == pushes
    assert seen.metrics.get("PushesAfterUnknown", 0) == repeats
    assert seen.metrics[counted_as] == 1

    assert push_function(release_0_1.message("ringing")) == DELIVERED
    assert pushed(apns, release_0_1) == pushes


@pytest.mark.parametrize("began_ms_ago", [0])
@pytest.mark.parametrize(("afterwards", "pushes"), [("both rung", [0, 0]), ("one rung, one given back", [0, 1])])
def test_while_an_invocation_of_0_1_rings_it_is_waited_for(
    release_0_1: Release01,
    push_function: PushFunction,
    apns: ApnsSimulator,
    left_behind: Callable[[str], None],
    afterwards: str,
    pushes: list[int],
) -> None:
    left_behind("both claimed")
    [failed] = push_function(release_0_1.message("ringing"))["batchItemFailures"]
    assert failed
    assert apns.pushes() == []

    left_behind(afterwards)
    assert push_function(release_0_1.message("ringing")) == DELIVERED
    assert pushed(apns, release_0_1) == pushes


@pytest.mark.parametrize("end", ["end by session", "end by conversation"])
def test_an_end_that_waits_in_the_queue_is_noted(
    release_0_1: Release01, push_function: PushFunction, apns: ApnsSimulator, end: str
) -> None:
    assert push_function(release_0_1.message(end)) == DELIVERED
    assert push_function(release_0_1.message("ringing")) == DELIVERED
    assert apns.pushes() == []


def test_a_call_that_waits_in_the_queue_rings(
    release_0_1: Release01, push_function: PushFunction, apns: ApnsSimulator
) -> None:
    with observed() as seen:
        assert push_function(release_0_1.message("ringing")) == DELIVERED
    assert pushed(apns, release_0_1) == [1, 1]
    assert seen.metrics["PushesAfterUnknown"] == 0


def test_two_messages_of_its_call_in_one_batch(
    release_0_1: Release01, push_function: PushFunction, apns: ApnsSimulator, left_behind: Callable[[str], None]
) -> None:
    left_behind("one rung, one claimed")
    answer = push_function(release_0_1.message("ringing"), release_0_1.message("ringing"))
    assert len(answer["batchItemFailures"]) == 1  # comes back when the other has settled the call
    assert pushed(apns, release_0_1) == [0, 1]
