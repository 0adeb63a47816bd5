"""How calls ended: what is written, and what of it is found."""

import uuid
from dataclasses import replace

import pytest

from shared.call_ends import has_ended
from shared.call_ends_table import KEEP_S
from shared.call_keys import fact_keys
from tests.support.clocks import NOON_MS
from tests.support.push.events import call_ended, fact, ringing


def unique_call(**changes):
    name = str(uuid.uuid4())
    return ringing(session_id=name, conversation_id=f"conversation-{name}", **changes)


def end_of(call, *, with_session=True, **changes):
    session_id = call.session_id if with_session else ""
    return call_ended(session_id=session_id, conversation_id=call.conversation_id, **changes)


def test_ends_are_found_by_session_and_by_conversation(ends):
    call = unique_call()
    events = [
        end_of(call),
        end_of(call, trigger="rejected", by_uid="bob"),
        end_of(call, callee_uid="bob", by_uid=""),
        end_of(call, with_session=False),
    ]
    for event in [*events, end_of(unique_call()), call_ended(session_id="", caller_uid="carol")]:
        ends.add(event)
    session, conversation = fact_keys(call)
    assert found(ends, session) == expected(events[:3])
    assert found(ends, conversation) == expected(events)


def found(ends, *keys):
    return sorted(ends.read(list(keys)), key=repr)


def expected(events):
    return sorted(map(fact, events), key=repr)


def test_an_end_is_kept_for_two_days_in_whole_seconds(ends, dynamodb, calls_table):
    event = end_of(unique_call(), received_at_ms=NOON_MS + 700)
    ends.add(event)
    for key in fact_keys(event):
        [item] = dynamodb.query(
            TableName=calls_table,
            KeyConditionExpression="#call = :call",
            ExpressionAttributeNames={"#call": "call"},
            ExpressionAttributeValues={":call": {"S": key}},
        )["Items"]
        assert item["expires_at"] == {"N": str(NOON_MS // 1000 + KEEP_S)}


def test_what_is_written_is_seen_at_once(ends):
    for _ in range(20):
        call = unique_call()
        assert ends.read(fact_keys(call)) == []
        ends.add(end_of(call))
        assert ends.read(fact_keys(call)) == [fact(end_of(call))] * 2


@pytest.mark.parametrize("with_session", [True, False])
@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (2, 0, 3, 1)])
def test_of_a_kind_the_greatest_time_and_then_message_is_kept(ends, order, with_session):
    call = unique_call()
    times = [(NOON_MS, 9), (NOON_MS + 1_000, 5), (NOON_MS + 1_000, 7), (NOON_MS + 2_000, 1)]
    events = [end_of(call, with_session=with_session, at_ms=at_ms, message_id=number) for at_ms, number in times]
    for index in order:
        ends.add(events[index])
    assert {*ends.read(fact_keys(call))} == {fact(events[3])}


def test_cancelled_called_again_and_then_a_late_end_of_the_first_call(ends):
    first = unique_call()
    second = replace(first, session_id=str(uuid.uuid4()), initiated_at_ms=NOON_MS + 5_000)
    ends.add(end_of(first))
    ends.add(end_of(first, trigger="busy", by_uid="bob", at_ms=NOON_MS + 9_000))
    assert has_ended(first, ends.read(fact_keys(first)))
    assert not has_ended(second, ends.read(fact_keys(second)))
    ends.add(end_of(second, at_ms=NOON_MS + 6_000))
    assert has_ended(second, ends.read(fact_keys(second)))


def test_an_end_without_a_session_is_not_replaced_by_one_of_another_call(ends):
    first = unique_call()
    second = replace(first, session_id=str(uuid.uuid4()), initiated_at_ms=NOON_MS + 5_000)
    ends.add(end_of(second, with_session=False, at_ms=NOON_MS + 6_000))
    ends.add(end_of(first, at_ms=NOON_MS + 9_000))
    assert has_ended(second, ends.read(fact_keys(second)))


@pytest.mark.parametrize("named_by", ["session", "conversation"])
def test_ends_of_the_former_release_are_read(ends, dynamodb, calls_table, named_by):
    """It kept each end under one name, and no session id beside it."""
    call = unique_call()
    key = fact_keys(call)[named_by == "conversation"]
    event = end_of(call, with_session=named_by == "session")
    dynamodb.put_item(TableName=calls_table, Item=former_item(key, event))
    assert ends.read(fact_keys(call)) == [fact(event)]


@pytest.mark.parametrize("with_session", [True, False])
def test_the_former_release_reads_what_it_needs_of_the_new_items(ends, dynamodb, calls_table, with_session):
    """It asks for this prefix only, and knows `of_session`."""
    call = unique_call()
    event = end_of(call, with_session=with_session)
    ends.add(event)
    former = [
        item
        for key in fact_keys(call)
        for item in dynamodb.query(
            TableName=calls_table,
            ConsistentRead=True,
            KeyConditionExpression="#call = :call AND begins_with(#item, :prefix)",
            ExpressionAttributeNames={"#call": "call", "#item": "item"},
            ExpressionAttributeValues={":call": {"S": key}, ":prefix": {"S": "over#"}},
        )["Items"]
    ]
    expected = former_item(fact_keys(event)[0], event)
    assert [{name: item[name] for name in expected} for item in former] == [expected]


def former_item(key, event):
    return {
        "call": {"S": key},
        "item": {"S": f"over#{event.trigger}#{event.by_uid}#{event.callee_uid}"},
        "trigger": {"S": event.trigger},
        "by_uid": {"S": event.by_uid},
        "callee_uid": {"S": event.callee_uid},
        "message_id": {"N": str(event.message_id)},
        "at": {"N": str(event.at_ms)},
        "of_session": {"BOOL": bool(event.session_id)},
        "expires_at": {"N": str(event.received_at_ms // 1000 + KEEP_S)},
    }
