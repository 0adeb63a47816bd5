"""The calls table's conditions, against the emulator."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from push.calls import KEEP_S, AlreadySettled, Claimed, LeasedElsewhere

from shared.call_ends import has_ended
from shared.call_keys import fact_keys
from tests.support.clocks import NOON_MS
from tests.support.push.events import TOKEN, call_ended, fact, ringing

LEASE_MS = 7_000


def claim(calls, call_key, owner="first", now_ms=NOON_MS, token=TOKEN):
    return calls.claim(call_key, token, owner=owner, now_ms=now_ms, lease_until_ms=now_ms + LEASE_MS)


def item(dynamodb, calls_table, call_key):
    key = {"call": {"S": call_key}, "item": {"S": f"device#{TOKEN}"}}
    return dynamodb.get_item(TableName=calls_table, Key=key, ConsistentRead=True)["Item"]


def test_the_first_claim_is_granted_and_kept_for_two_days(calls, call_key, dynamodb, calls_table):
    assert claim(calls, call_key) == Claimed(sent_before=False)
    assert item(dynamodb, calls_table, call_key) == {
        "call": {"S": call_key},
        "item": {"S": f"device#{TOKEN}"},
        "state": {"S": "claimed"},
        "owner": {"S": "first"},
        "lease_until": {"N": str(NOON_MS + LEASE_MS)},
        "expires_at": {"N": str(NOON_MS // 1000 + KEEP_S)},
    }


def test_claims_of_other_devices_and_calls_are_their_own(calls, call_key):
    assert claim(calls, call_key) == claim(calls, call_key, token="b2") == claim(calls, f"{call_key}-other")


@pytest.mark.parametrize("later_ms", [0, 1, LEASE_MS])
def test_a_live_lease_is_respected(calls, call_key, later_ms):
    claim(calls, call_key)
    assert claim(calls, call_key, "second", NOON_MS + later_ms) == LeasedElsewhere(NOON_MS + LEASE_MS)


def test_a_lease_that_has_ended_is_taken_over_once(calls, call_key):
    claim(calls, call_key)
    later_ms = NOON_MS + LEASE_MS + 1
    assert claim(calls, call_key, "second", later_ms) == Claimed(sent_before=True)
    assert claim(calls, call_key, "third", later_ms) == LeasedElsewhere(later_ms + LEASE_MS)


def test_what_is_done_is_done_for_good(calls, call_key, dynamodb, calls_table):
    claim(calls, call_key)
    calls.record(call_key, TOKEN, owner="first", outcome="rung")
    assert claim(calls, call_key, "second", NOON_MS + 10**9) == AlreadySettled()
    assert item(dynamodb, calls_table, call_key)["outcome"] == {"S": "rung"}


@pytest.mark.parametrize("unknown", [True, False])
def test_what_is_given_back_can_be_claimed_at_once(calls, call_key, unknown):
    claim(calls, call_key)
    calls.release(call_key, TOKEN, owner="first", unknown=unknown)
    assert claim(calls, call_key, "second") == Claimed(sent_before=unknown)


@pytest.mark.parametrize(
    "settle",
    [
        lambda calls, key: calls.record(key, TOKEN, owner="first", outcome="rung"),
        lambda calls, key: calls.release(key, TOKEN, owner="first", unknown=True),
    ],
)
def test_an_owner_who_was_stalled_past_its_lease_changes_nothing(calls, call_key, dynamodb, calls_table, settle):
    claim(calls, call_key)
    claim(calls, call_key, "second", NOON_MS + LEASE_MS + 1)
    before = item(dynamodb, calls_table, call_key)
    settle(calls, call_key)
    assert item(dynamodb, calls_table, call_key) == before
    calls.record(call_key, TOKEN, owner="second", outcome="over")
    settle(calls, call_key)
    assert item(dynamodb, calls_table, call_key)["outcome"] == {"S": "over"}


def test_what_was_given_back_or_never_claimed_cannot_be_recorded(calls, call_key, dynamodb, calls_table):
    claim(calls, call_key)
    calls.release(call_key, TOKEN, owner="first", unknown=False)
    calls.record(call_key, TOKEN, owner="first", outcome="rung")
    assert item(dynamodb, calls_table, call_key)["state"] == {"S": "released"}
    calls.record(f"{call_key}-other", TOKEN, owner="first", outcome="rung")
    assert claim(calls, f"{call_key}-other") == Claimed(sent_before=False)


@pytest.mark.parametrize("begin", ["new", "expired", "released"])
def test_of_16_claims_at_once_one_is_granted(calls, call_key, begin):
    now_ms = NOON_MS
    if begin != "new":
        claim(calls, call_key, "former")
        now_ms += LEASE_MS + 1
    if begin == "released":
        calls.release(call_key, TOKEN, owner="former", unknown=False)
    with ThreadPoolExecutor(16) as threads:
        claims = list(threads.map(lambda owner: claim(calls, call_key, str(owner), now_ms), range(16)))
    assert [type(each) for each in claims].count(Claimed) == 1
    assert claims.count(LeasedElsewhere(now_ms + LEASE_MS)) == 15


def unique_call(**changes):
    name = str(uuid.uuid4())
    return ringing(session_id=name, conversation_id=f"conversation-{name}", **changes)


def end_of(call, *, with_session=True, **changes):
    session_id = call.session_id if with_session else ""
    return call_ended(session_id=session_id, conversation_id=call.conversation_id, **changes)


def test_ends_are_found_by_session_and_by_conversation(calls):
    call = unique_call()
    events = [
        end_of(call),
        end_of(call, trigger="rejected", by_uid="bob"),
        end_of(call, callee_uid="bob", by_uid=""),
        end_of(call, with_session=False),
    ]
    for event in [*events, end_of(unique_call()), call_ended(session_id="", caller_uid="carol")]:
        calls.add_fact(event)
    session, conversation = fact_keys(call)
    assert found(calls, session) == ends(events[:3])
    assert found(calls, conversation) == ends(events)


def found(calls, *keys):
    return sorted(calls.facts(list(keys)), key=repr)


def ends(events):
    return sorted(map(fact, events), key=repr)


def test_what_is_written_is_seen_at_once(calls):
    for _ in range(20):
        call = unique_call()
        assert calls.facts(fact_keys(call)) == []
        calls.add_fact(end_of(call))
        assert calls.facts(fact_keys(call)) == [fact(end_of(call))] * 2


@pytest.mark.parametrize("with_session", [True, False])
@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (2, 0, 3, 1)])
def test_of_a_kind_the_greatest_time_and_then_message_is_kept(calls, order, with_session):
    call = unique_call()
    times = [(NOON_MS, 9), (NOON_MS + 1_000, 5), (NOON_MS + 1_000, 7), (NOON_MS + 2_000, 1)]
    events = [end_of(call, with_session=with_session, at_ms=at_ms, message_id=number) for at_ms, number in times]
    for index in order:
        calls.add_fact(events[index])
    assert {*calls.facts(fact_keys(call))} == {fact(events[3])}


def test_cancelled_called_again_and_then_a_late_end_of_the_first_call(calls):
    first = unique_call()
    second = replace(first, session_id=str(uuid.uuid4()), initiated_at_ms=NOON_MS + 5_000)
    calls.add_fact(end_of(first))
    calls.add_fact(end_of(first, trigger="busy", by_uid="bob", at_ms=NOON_MS + 9_000))
    assert has_ended(first, calls.facts(fact_keys(first)))
    assert not has_ended(second, calls.facts(fact_keys(second)))
    calls.add_fact(end_of(second, at_ms=NOON_MS + 6_000))
    assert has_ended(second, calls.facts(fact_keys(second)))


def test_an_end_without_a_session_is_not_replaced_by_one_of_another_call(calls):
    first = unique_call()
    second = replace(first, session_id=str(uuid.uuid4()), initiated_at_ms=NOON_MS + 5_000)
    calls.add_fact(end_of(second, with_session=False, at_ms=NOON_MS + 6_000))
    calls.add_fact(end_of(first, at_ms=NOON_MS + 9_000))
    assert has_ended(second, calls.facts(fact_keys(second)))


@pytest.mark.parametrize("named_by", ["session", "conversation"])
def test_ends_of_the_former_release_are_read(calls, dynamodb, calls_table, named_by):
    """It kept each end under one name, and no session id beside it."""
    call = unique_call()
    key = fact_keys(call)[named_by == "conversation"]
    event = end_of(call, with_session=named_by == "session")
    dynamodb.put_item(TableName=calls_table, Item=former_item(key, event))
    assert calls.facts(fact_keys(call)) == [fact(event)]


@pytest.mark.parametrize("with_session", [True, False])
def test_the_former_release_reads_what_it_needs_of_the_new_items(calls, dynamodb, calls_table, with_session):
    """It asks for this prefix only, and knows `of_session`."""
    call = unique_call()
    event = end_of(call, with_session=with_session)
    calls.add_fact(event)
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


def test_facts_are_no_claims_and_claims_no_facts(calls):
    call = unique_call()
    key = fact_keys(call)[0]
    claim(calls, key)
    assert calls.facts([key]) == []
    calls.add_fact(end_of(call))
    assert claim(calls, key, "second") == LeasedElsewhere(NOON_MS + LEASE_MS)
