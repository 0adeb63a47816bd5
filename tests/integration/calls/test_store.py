"""What the calls function reads of a call, from a real table that push and webhook have written."""

import uuid
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from calls.errors import CallsUnavailable
from calls.store import DynamoCalls, RungCall
from push.claims import Claimed, DynamoClaims
from shared.call_ends_table import DynamoCallEnds
from shared.call_keys import call_uuid
from tests.support.aws.emulator import aws_client
from tests.support.aws.template import table_schema
from tests.support.clocks import NOON_MS
from tests.support.push.events import call_ended, ringing

CALL = ringing()
UUID = call_uuid(CALL)
RING_ENDS_AT_MS = NOON_MS + 45_000


@pytest.fixture(scope="module")
def dynamodb(aws_endpoint: str) -> Any:
    return aws_client("dynamodb", aws_endpoint)


@pytest.fixture
def table(dynamodb: Any) -> Iterator[str]:
    name = f"calls-{uuid.uuid4()}"
    dynamodb.create_table(TableName=name, **table_schema("CallsTable"))
    yield name
    dynamodb.delete_table(TableName=name)


@pytest.fixture
def calls(dynamodb: Any, table: str) -> DynamoCalls:
    claimed = DynamoClaims(dynamodb, table).claim(
        CALL,
        ["0123456789ab"],
        owner="owner",
        now_ms=NOON_MS,
        lease_until_ms=NOON_MS + 7_000,
        ring_ends_at_ms=RING_ENDS_AT_MS,
    )
    assert isinstance(claimed, Claimed)
    return DynamoCalls(dynamodb, table)


def read(calls: DynamoCalls) -> RungCall:
    rung = calls.read("bob", UUID)
    assert rung is not None
    return rung


def test_a_call_that_push_has_claimed(calls: DynamoCalls) -> None:
    rung = read(calls)

    assert (rung.ring.session_id, rung.ring.conversation_id) == (CALL.session_id, CALL.conversation_id)
    assert (rung.ring.caller_uid, rung.ring.callee_uid, rung.ring.receiver_type) == ("alice", "bob", "user")
    assert (rung.ring.initiated_at_ms, rung.ring.ring_ends_at_ms) == (CALL.initiated_at_ms, RING_ENDS_AT_MS)
    assert list(rung.ends) == []


@pytest.mark.parametrize(
    "named_by", [{"conversation_id": ""}, {"session_id": ""}, {}], ids=["session", "names", "both"]
)
def test_an_end_that_webhook_has_noted(calls: DynamoCalls, dynamodb: Any, table: str, named_by: dict[str, str]) -> None:
    DynamoCallEnds(dynamodb, table).add(replace(call_ended(), **named_by))

    assert {end.trigger for end in read(calls).ends} == {"cancelled"}


@pytest.mark.parametrize(("uid", "its_uuid"), [("carol", UUID), ("alice", UUID), ("bob", str(uuid.UUID(int=1)))])
def test_a_call_that_did_not_ring_that_user(calls: DynamoCalls, uid: str, its_uuid: str) -> None:
    assert calls.read(uid, its_uuid) is None


def test_a_table_that_can_not_be_read(dynamodb: Any) -> None:
    with pytest.raises(CallsUnavailable, match="ResourceNotFound"):
        DynamoCalls(dynamodb, "no-such-table").read("bob", UUID)
