"""The conditions of claims and notes."""

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from push.claims import RESERVED_PUSHES, AlreadySettled, Claimed, LeasedElsewhere
from shared.call_keys import call_uuid, claim_key
from shared.ring_items import KEEP_S, PhoneState, RingItem, key_of, read_ring_item
from tests.support.clocks import NOON_MS
from tests.support.push.events import RING_MS, TOKEN, ringing

LEASE_MS = 7_000
PHONE, OTHER_PHONE = "a1b2c3d4e5f6", "0123456789ab"
RUNG = PhoneState("rung", pushes=1)


@pytest.fixture
def call():
    """That no other test has."""
    return ringing(session_id=str(uuid.uuid4()))


def claim(claims, call, owner="first", now_ms=NOON_MS, phones=(PHONE,)):
    return claims.claim(
        call,
        phones,
        owner=owner,
        now_ms=now_ms,
        lease_until_ms=now_ms + LEASE_MS,
        ring_ends_at_ms=call.initiated_at_ms + RING_MS,
    )


def note(claims, call, phones, owner="first", reserved=0, lease_until_ms=0):
    return claims.note(call, phones, owner=owner, reserved=reserved, lease_until_ms=lease_until_ms)


def item(dynamodb, calls_table, call):
    return dynamodb.get_item(TableName=calls_table, Key=key_of(call), ConsistentRead=True)["Item"]


def test_the_first_claim_is_granted_and_kept_for_two_days(claims, call, dynamodb, calls_table):
    assert claim(claims, call, now_ms=NOON_MS + 999) == Claimed({})
    assert item(dynamodb, calls_table, call) == {
        "call": {"S": f"ring#bob#{call_uuid(call)}"},
        "item": {"S": "ring"},
        "owner": {"S": "first"},
        "lease_until": {"N": str(NOON_MS + 999 + LEASE_MS)},
        "phones": {"M": {}},
        "reserved": {"N": str(RESERVED_PUSHES)},
        "session_id": {"S": call.session_id},
        "conversation_id": {"S": "alice_user_bob"},
        "caller_uid": {"S": "alice"},
        "receiver_type": {"S": "user"},
        "message_id": {"N": "100"},
        "initiated_at": {"N": str(NOON_MS)},
        "ring_ends_at": {"N": str(NOON_MS + RING_MS)},
        "expires_at": {"N": str(NOON_MS // 1000 + KEEP_S)},
    }


def test_claims_of_other_callees_and_calls_are_their_own(claims, call):
    others = [ringing(session_id=call.session_id, callee_uid="carol"), ringing(session_id=str(uuid.uuid4()))]
    assert [claim(claims, each, f"of {each}") for each in (call, *others)] == [Claimed({})] * 3


@pytest.mark.parametrize("later_ms", [0, 1, LEASE_MS])
def test_a_live_lease_is_respected(claims, call, later_ms):
    claim(claims, call)
    assert claim(claims, call, "second", NOON_MS + later_ms) == LeasedElsewhere(NOON_MS + LEASE_MS)


def test_a_lease_that_has_ended_is_taken_over_once(claims, call):
    claim(claims, call)
    later_ms = NOON_MS + LEASE_MS + 1
    assert claim(claims, call, "second", later_ms) == Claimed({}, unaccounted_pushes=RESERVED_PUSHES)
    assert claim(claims, call, "third", later_ms) == LeasedElsewhere(later_ms + LEASE_MS)


def test_pushes_of_owners_who_died_one_after_the_other_add_up(claims, call):
    for number in range(3):
        taken = claim(claims, call, f"owner {number}", NOON_MS + number * (LEASE_MS + 1))
    assert taken == Claimed({}, unaccounted_pushes=2 * RESERVED_PUSHES)


def test_an_owner_who_asks_again_is_the_same_one(claims, call):
    """botocore, when the answer to its first request was lost."""
    claim(claims, call)
    assert claim(claims, call) == Claimed({})
    assert claim(claims, call, "second", NOON_MS + LEASE_MS + 1).unaccounted_pushes == 2 * RESERVED_PUSHES


def test_what_was_noted_is_what_the_next_owner_gets(claims, call):
    phones = {PHONE: RUNG, OTHER_PHONE: PhoneState(pushes=3, unknown=True)}
    claim(claims, call, phones=(PHONE, OTHER_PHONE))
    assert note(claims, call, phones)
    assert claims.phones(call) == phones
    assert claim(claims, call, "second", phones=(PHONE, OTHER_PHONE)) == Claimed(phones)


def test_what_was_noted_outlives_an_owner_who_dies_without_a_note(claims, call):
    both, phones = (PHONE, OTHER_PHONE), {PHONE: RUNG}
    claim(claims, call, phones=both)
    note(claims, call, phones)
    assert claim(claims, call, "who dies", phones=both) == Claimed(phones)
    later_ms = NOON_MS + LEASE_MS + 1
    assert claim(claims, call, "third", later_ms, both) == Claimed(phones, unaccounted_pushes=RESERVED_PUSHES)


def test_what_is_settled_is_settled_for_good(claims, call):
    claim(claims, call)
    note(claims, call, {PHONE: RUNG})
    assert claim(claims, call, "second", NOON_MS + 10**9) == AlreadySettled()


def test_settled_phones_count_while_the_lease_lasts(claims, call):
    """An early note: the owner is still trying another phone."""
    claim(claims, call, phones=(PHONE, OTHER_PHONE))
    note(claims, call, {PHONE: RUNG}, reserved=2, lease_until_ms=NOON_MS + LEASE_MS)
    both = (PHONE, OTHER_PHONE)
    assert claim(claims, call, "second", NOON_MS + 1, both) == LeasedElsewhere(NOON_MS + LEASE_MS)
    assert claim(claims, call, "second", NOON_MS + 1, (PHONE,)) == AlreadySettled()


def test_a_phone_that_registers_between_two_deliveries_is_claimed(claims, call):
    claim(claims, call)
    note(claims, call, {PHONE: RUNG})
    assert claim(claims, call, "second", phones=(PHONE, OTHER_PHONE)) == Claimed({PHONE: RUNG})


def test_a_reservation_that_arrives_after_the_call_was_given_back_changes_nothing(claims, call, dynamodb, calls_table):
    """It was given up when time ran out, and knows less."""
    claim(claims, call)
    assert note(claims, call, {PHONE: RUNG})
    before = item(dynamodb, calls_table, call)
    assert not note(claims, call, {}, reserved=2, lease_until_ms=NOON_MS + LEASE_MS)
    assert item(dynamodb, calls_table, call) == before


def test_a_call_that_is_given_back_twice_is_given_back(claims, call):
    """botocore tries again when it has not heard the answer."""
    claim(claims, call)
    assert note(claims, call, {PHONE: RUNG})
    assert note(claims, call, {PHONE: RUNG})


def test_an_owner_who_was_stalled_past_its_lease_changes_nothing(claims, call, dynamodb, calls_table):
    claim(claims, call)
    claim(claims, call, "second", NOON_MS + LEASE_MS + 1)
    before = item(dynamodb, calls_table, call)
    assert not note(claims, call, {PHONE: RUNG})
    assert item(dynamodb, calls_table, call) == before


def test_what_was_never_claimed_cannot_be_noted(claims, call):
    assert not note(claims, call, {PHONE: RUNG})
    assert claims.phones(call) == {}


@pytest.mark.parametrize("begin", ["new", "expired", "given back"])
def test_of_16_claims_at_once_one_is_granted(claims, call, begin):
    now_ms = NOON_MS
    if begin != "new":
        claim(claims, call, "former")
        now_ms += LEASE_MS + 1
    if begin == "given back":
        note(claims, call, {}, owner="former")
    with ThreadPoolExecutor(16) as threads:
        granted = list(threads.map(lambda owner: claim(claims, call, str(owner), now_ms), range(16)))
    assert [type(each) for each in granted].count(Claimed) == 1
    assert granted.count(LeasedElsewhere(now_ms + LEASE_MS)) == 15


def test_ten_phones_and_a_name_with_every_character(claims, call):
    phones = {f"{number:012x}": RUNG for number in range(10)}
    claim(claims, call, phones=tuple(phones))
    note(claims, call, phones)
    assert claim(claims, call, "second", phones=tuple(phones)) == AlreadySettled()


def test_a_phone_can_ask_what_has_become_of_its_call(claims, call, dynamodb, calls_table):
    assert read_ring_item(dynamodb, calls_table, "bob", call_uuid(call)) is None
    claim(claims, call)
    note(claims, call, {PHONE: RUNG})
    assert read_ring_item(dynamodb, calls_table, "bob", call_uuid(call)) == RingItem(
        callee_uid="bob",
        session_id=call.session_id,
        conversation_id="alice_user_bob",
        caller_uid="alice",
        receiver_type="user",
        message_id=100,
        initiated_at_ms=NOON_MS,
        ring_ends_at_ms=NOON_MS + RING_MS,
        phones={PHONE: RUNG},
    )
    assert read_ring_item(dynamodb, calls_table, "carol", call_uuid(call)) is None


# An upgrade from 0.1 while calls ring


def former_item(call, state, lease_until_ms=0, outcome=""):
    """As version 0.1 wrote it."""
    return {
        "call": {"S": claim_key(call)},
        "item": {"S": f"device#{TOKEN}"},
        "state": {"S": state},
        "owner": {"S": "former"},
        "lease_until": {"N": str(lease_until_ms)},
        "expires_at": {"N": str(NOON_MS // 1000 + KEEP_S)},
        **({"outcome": {"S": outcome}} if outcome else {}),
    }


@pytest.mark.parametrize(
    ("state", "lease_until_ms", "outcome", "phone", "leased_until_ms"),
    [
        ("done", 0, "rung", PhoneState("rung", pushes=1), 0),
        ("done", 0, "dead", PhoneState("dead token", pushes=1), 0),
        ("done", 0, "over", PhoneState("ended", pushes=1), 0),
        ("released", 0, "", PhoneState(pushes=1), 0),
        ("unknown", 0, "", PhoneState(pushes=1, unknown=True), 0),
        ("claimed", NOON_MS - 1, "", PhoneState(pushes=1, unknown=True), 0),
        ("claimed", NOON_MS + 5_000, "", PhoneState(pushes=1, unknown=True), NOON_MS + 5_000),
    ],
)
def test_what_0_1_has_noted(
    claims_of_0_1, dynamodb, calls_table, call, state, lease_until_ms, outcome, phone, leased_until_ms
):
    dynamodb.put_item(TableName=calls_table, Item=former_item(call, state, lease_until_ms, outcome))
    former = claims_of_0_1.former_rings(call, NOON_MS)
    assert list(former.phones.values()) == [phone]
    assert former.leased_until_ms == leased_until_ms


def test_a_call_that_began_after_this_environment_is_not_looked_for(claims_of_0_1, dynamodb, calls_table, call):
    later = ringing(session_id=call.session_id, initiated_at_ms=NOON_MS + 1)
    assert claims_of_0_1.may_have(call)
    assert not claims_of_0_1.may_have(later)
