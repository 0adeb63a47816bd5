"""What the phone receives."""

import json
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from push.payload import MAX_BYTES, apns_id, build_payload
from shared.call_events import CallRinging
from shared.call_keys import call_uuid
from tests.support.clocks import NOON_MS
from tests.support.push.events import TOKEN, ringing

BRIEF = {"aps", "sessionId", "callerName", "callerUid", "callType", "timestamp"}
# All nine, or CometChat's iOS sample reports no call.
IOS_SAMPLE = {
    "sender",
    "senderName",
    "body",
    "callAction",
    "receiver",
    "type",
    "callType",
    "sessionId",
    "conversationId",
}
# Flutter's sample crashes without the first five; the docs' sample needs senderUid.
OTHER_SAMPLES = {"type", "callAction", "senderName", "sessionId", "callType", "senderUid"}
REQUIRED = BRIEF | IOS_SAMPLE | OTHER_SAMPLES | {"uuid", "receiverType", "sentAt"}
OPTIONAL = ["senderAvatar", "title", "tag", "receiverName"]

any_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=255)
any_text |= st.text('"\\\x00\x1f\U0001f600\U0001f468\u200d\U0001f469é', max_size=255)
any_name = any_text | st.builds(lambda text, deadlines: (text * deadlines)[:4000], any_text, st.integers(1, 400))
uids = st.text("abcdefghijklmnopqrstuvwxyz0123456789_-", min_size=1, max_size=100)
any_call = st.builds(
    ringing,
    session_id=any_text,
    conversation_id=any_text,
    call_type=st.sampled_from(["audio", "video"]),
    caller_uid=uids,
    caller_name=any_name,
    caller_avatar=st.just("https://example.com/" + "a" * 3000) | any_name,
    receiver_uid=uids,
    receiver_name=any_name,
    receiver_type=st.sampled_from(["user", "group"]),
    message_id=st.integers(0, 10**18 - 1),
    initiated_at_ms=st.integers(0, 10**16),
)


def payload_of(call: CallRinging) -> dict:
    return json.loads(build_payload(call))


def test_an_ordinary_call():
    call = ringing()
    assert payload_of(call) == {
        "aps": {"content-available": 1},
        "uuid": call_uuid(call),
        "sessionId": call.session_id,
        "callType": "video",
        "callerUid": "alice",
        "callerName": "Alice",
        "timestamp": NOON_MS,
        "type": "call",
        "callAction": "initiated",
        "sender": "alice",
        "senderUid": "alice",
        "senderName": "Alice",
        "senderAvatar": "https://example.com/alice.png",
        "receiver": "bob",
        "receiverName": "Bob",
        "receiverType": "user",
        "conversationId": "alice_user_bob",
        "title": "Alice",
        "body": "VIDEO CALL",
        "tag": "100",
        "sentAt": str(NOON_MS),
    }


def test_of_a_call_without_names_and_ids_all_required_strings_are_there():
    call = ringing(session_id="", conversation_id="", caller_name="", caller_avatar="", receiver_name="", message_id=0)
    payload = payload_of(call)
    assert set(payload) == REQUIRED | {"title"}
    assert all(isinstance(payload[name], str) for name in IOS_SAMPLE | OTHER_SAMPLES)
    assert payload["callerName"] == payload["senderName"] == "alice"
    assert payload["conversationId"] == "alice_user_bob"


@pytest.mark.parametrize(
    ("changes", "conversation_id"),
    [
        ({"caller_uid": "zoe"}, "bob_user_zoe"),
        ({"receiver_uid": "team", "receiver_type": "group"}, "group_team"),
    ],
)
def test_a_conversation_without_id_is_named_as_cometchat_would(changes, conversation_id):
    assert payload_of(ringing(conversation_id="", **changes))["conversationId"] == conversation_id


def test_the_uuid_is_the_same_for_every_delivery_and_different_for_every_call():
    first = ringing()
    again = ringing(received_at_ms=NOON_MS + 9_000, correlation_id="other", caller_name="", message_id=0)
    assert call_uuid(first) == call_uuid(again) == str(uuid.UUID(call_uuid(first)))
    calls = [first, ringing(session_id="another")]
    calls += [ringing(session_id="", initiated_at_ms=NOON_MS + seconds * 1000) for seconds in range(3)]
    calls += [ringing(session_id="", caller_uid="carol"), ringing(session_id="", conversation_id="elsewhere")]
    assert len({call_uuid(call) for call in calls}) == len(calls)


def test_the_apns_id_is_the_calls_and_the_devices():
    call = ringing()
    assert apns_id(call, TOKEN) == apns_id(ringing(received_at_ms=1), TOKEN) == str(uuid.UUID(apns_id(call, TOKEN)))
    assert len({apns_id(call, TOKEN), apns_id(call, "b2"), apns_id(ringing(session_id="x"), TOKEN)}) == 3


@given(any_call)
def test_any_call_fits_and_keeps_what_is_required(call):
    encoded = build_payload(call)
    assert len(encoded) <= MAX_BYTES
    payload = json.loads(encoded.decode())
    assert set(payload) >= REQUIRED
    assert all(isinstance(payload[name], str) for name in IOS_SAMPLE | OTHER_SAMPLES)
    assert payload["callerName"] == payload["senderName"] != ""
    assert payload["sessionId"] == call.session_id
    assert payload["timestamp"] == call.initiated_at_ms
    assert [payload[name] for name in ("sender", "senderUid", "callerUid")] == [call.caller_uid] * 3


@given(any_call)
def test_names_are_cut_between_characters_and_only_when_nothing_else_helps(call):
    payload = payload_of(call)
    name = call.caller_name or call.caller_uid
    if payload["callerName"] != name:
        assert payload["callerName"].endswith("…")
        assert name.startswith(payload["callerName"].removesuffix("…"))
        assert not set(payload) & set(OPTIONAL)


@given(any_call)
def test_optional_fields_go_in_a_fixed_order(call):
    payload = payload_of(call)
    given_values = [call.caller_avatar, call.caller_name or call.caller_uid, call.message_id, call.receiver_name]
    had = [name for name, value in zip(OPTIONAL, given_values, strict=True) if value]
    left = [name for name in had if name in payload]
    assert left == had[len(had) - len(left) :]


def test_the_order_in_which_optional_fields_go():
    stages: list[list[str]] = []
    for length in range(900, 1_900):
        call = ringing(caller_name="n" * length, caller_avatar="a" * 500, message_id=10**17, receiver_name="r" * 99)
        payload = payload_of(call)
        lost = [name for name in OPTIONAL if name not in payload]
        if lost not in stages:
            stages.append(lost)
    assert stages == [OPTIONAL[:count] for count in range(5)]


def test_a_joiner_is_not_left_before_the_ellipsis():
    for filler in range(8):
        name = "x" * filler + "\U0001f468\u200d\U0001f469\u200d\U0001f467\ufe0f" * 400
        shortened = payload_of(ringing(caller_name=name))["callerName"]
        assert shortened.endswith("…")
        assert shortened[-2] not in "\u200d\ufe0f "
