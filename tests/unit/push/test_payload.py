"""What the phone receives."""

import json
import time
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from push.payload import DROP_ORDER, MAX_BYTES, apns_id, build_payload
from push.payload_fields import PAYLOAD_PROFILES, PayloadProfile
from shared.call_events import CallRinging
from shared.call_keys import call_uuid
from tests.support.clocks import NOON_MS
from tests.support.push.events import TOKEN, ringing

SIGNED_WEBHOOKS_APP = {"aps", "sessionId", "callerName", "callerUid", "callType", "timestamp"}
COMETCHAT = {
    *("type", "callAction", "sender", "senderUid", "senderName", "receiver", "receiverType", "conversationId"),
    *("body", "sentAt"),
}
REACT_NATIVE = {"uuid", "handle", "callerId", "hasVideo"}
FLUTTER = {"id", "nameCaller", "isVideo", "caller_id", "caller_id_type", "caller_name", "has_video"}
REQUIRED = SIGNED_WEBHOOKS_APP | COMETCHAT | REACT_NATIVE | FLUTTER | {"expiresAt"}
OPTIONAL = ["senderAvatar", "title", "tag", "receiverName"]
RING_ENDS_AT_MS = NOON_MS + 45_000

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
    initiated_at_ms=st.integers(0, 10**18 - 1),
    custom=st.sampled_from(["", '{"deal":42}', json.dumps({"long": "x" * 2_900})]),
)
profiles = st.sampled_from(PAYLOAD_PROFILES)


def payload_of(call: CallRinging, profile: PayloadProfile = "standard") -> dict:
    return json.loads(build_payload(call, ring_ends_at_ms=RING_ENDS_AT_MS, profile=profile))


def test_an_ordinary_call():
    call = ringing()
    assert payload_of(call) == {
        "aps": {"content-available": 1},
        "uuid": call_uuid(call),
        "expiresAt": RING_ENDS_AT_MS,
        "handle": "alice",
        "callerId": "alice",
        "hasVideo": True,
        "id": call_uuid(call),
        "nameCaller": "Alice",
        "isVideo": True,
        "caller_id": "alice",
        "caller_id_type": "generic",
        "caller_name": "Alice",
        "has_video": True,
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


def test_without_aps_that_is_all_the_difference():
    assert payload_of(ringing()) == {"aps": {"content-available": 1}} | payload_of(ringing(), "without-aps")


@pytest.fixture
def tokyo(monkeypatch):
    """The time zone of this process."""
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("tokyo")
def test_expo_gets_its_object_under_both_names():
    call = ringing(initiated_at_ms=1_768_506_131_007)
    payload = payload_of(call, "expo")
    assert payload["incoming_call"] == {
        "eventId": call_uuid(call),
        "serverCallId": call.session_id,
        "hasVideo": True,
        "startedAt": "2026-01-15T19:42:11.007Z",
        "caller": {"id": "alice", "displayName": "Alice", "avatarUrl": "https://example.com/alice.png"},
    }
    assert payload["incomingCall"] == payload["incoming_call"]
    assert payload.keys() == SIGNED_WEBHOOKS_APP | {"uuid", "expiresAt", "incoming_call", "incomingCall"}


@pytest.mark.parametrize("profile", PAYLOAD_PROFILES)
def test_cometchats_custom_object_is_passed_through(profile):
    custom = {"deal": 42, "tags": ["a", "é"], "nested": {"ok": True, "nothing": None}}
    call = ringing(custom=json.dumps(custom, ensure_ascii=False))
    assert payload_of(call, profile) == payload_of(ringing(), profile) | {"custom": custom}


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("conversation-7", "conversation-7"),
        # 300 bytes of JSON, which leaves room for the rest, and 301.
        ("é" * 43 + "x" * 212, "é" * 43 + "x" * 212),
        ("é" * 44 + "x" * 211, "alice_user_bob"),
    ],
    ids=["usual", "longest", "too long"],
)
def test_a_conversation_has_the_id_that_cometchat_gives_it(given, sent):
    assert payload_of(ringing(conversation_id=given))["conversationId"] == sent


def test_of_a_call_without_names_and_ids_everything_required_is_there():
    call = ringing(session_id="", conversation_id="", caller_name="", caller_avatar="", receiver_name="", message_id=0)
    payload = payload_of(call)
    assert set(payload) == REQUIRED | {"title"}
    assert payload["callerName"] == payload["senderName"] == payload["nameCaller"] == payload["caller_name"] == "alice"
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


@given(any_call, profiles)
def test_any_call_fits_and_keeps_what_is_required(call, profile):
    encoded = build_payload(call, ring_ends_at_ms=RING_ENDS_AT_MS, profile=profile)
    assert len(encoded) <= MAX_BYTES
    payload = json.loads(encoded.decode())
    required = {
        "standard": REQUIRED,
        "without-aps": REQUIRED - {"aps"},
        "expo": SIGNED_WEBHOOKS_APP | {"uuid", "expiresAt", "incoming_call", "incomingCall"},
    }
    assert set(payload) >= required[profile]
    assert payload["sessionId"] == call.session_id
    assert (payload["timestamp"], payload["expiresAt"]) == (call.initiated_at_ms, RING_ENDS_AT_MS)
    assert payload["callerUid"] == call.caller_uid
    assert payload["callerName"] != ""


@given(any_call)
def test_all_copies_of_a_name_and_a_uid_are_the_same(call):
    payload = payload_of(call)
    assert len({payload[name] for name in ("callerName", "senderName", "nameCaller", "caller_name")}) == 1
    uids = ("sender", "senderUid", "callerUid", "handle", "callerId", "caller_id")
    assert {payload[name] for name in uids} == {call.caller_uid}


@pytest.mark.parametrize("profile", PAYLOAD_PROFILES)
@pytest.mark.parametrize("character", ["\x00", "x", "\U0001f600"])
def test_the_longest_of_everything_fits(profile, character):
    longest = ringing(
        session_id=character * 255,
        conversation_id=character * 255,
        caller_uid="c" * 100,
        caller_name=character * 4_000,
        caller_avatar=character * 4_000,
        receiver_uid="r" * 100,
        receiver_name=character * 4_000,
        receiver_type="group",
        message_id=10**18 - 1,
        initiated_at_ms=10**18 - 1,
        custom=json.dumps({"long": "x" * 2_900}),
    )
    encoded = build_payload(longest, ring_ends_at_ms=10**18 - 1, profile=profile)
    assert len(encoded) <= MAX_BYTES
    payload = json.loads(encoded)
    assert payload["sessionId"] == character * 255
    assert payload["callerName"].endswith("…")


@given(any_call)
def test_names_are_cut_between_characters_and_only_when_nothing_else_helps(call):
    payload = payload_of(call)
    name = call.caller_name or call.caller_uid
    if payload["callerName"] != name:
        assert payload["callerName"].endswith("…")
        assert name.startswith(payload["callerName"].removesuffix("…"))
        assert not set(payload) & set(OPTIONAL)


@pytest.mark.parametrize("profile", PAYLOAD_PROFILES)
def test_the_order_in_which_optional_fields_go(profile):
    roomy = {"custom": '{"a":"%s"}' % ("c" * 200), "caller_avatar": "a" * 300, "message_id": 10**17}
    present = [name for name in DROP_ORDER if name in _names(payload_of(ringing(**roomy), profile))]
    stages: list[list[str]] = []
    for length in range(100, 1_900):
        names = _names(payload_of(ringing(caller_name="n" * length, receiver_name="r" * 99, **roomy), profile))
        lost = [name for name in present if name not in names]
        if lost not in stages:
            stages.append(lost)
    assert stages == [present[:count] for count in range(len(present) + 1)]
    expected = {"custom", "senderAvatar"} if profile == "expo" else {"custom", *OPTIONAL}
    assert set(present) == expected


def _names(payload: dict) -> set[str]:
    avatar = "avatarUrl" in payload.get("incoming_call", {}).get("caller", {})
    return set(payload) | ({"senderAvatar"} if avatar else set())


def test_a_payload_of_exactly_the_limit_loses_nothing():
    sizes = {
        len(build_payload(ringing(custom='{"a":"%s"}' % ("c" * length)), ring_ends_at_ms=RING_ENDS_AT_MS))
        for length in range(2_000, 3_500)
    }
    assert max(sizes) == MAX_BYTES


@pytest.mark.parametrize("profile", PAYLOAD_PROFILES)
def test_a_name_is_cut_no_shorter_than_it_must(profile):
    for length in range(4_000, 4_020):
        encoded = build_payload(ringing(caller_name="X" * length), ring_ends_at_ms=RING_ENDS_AT_MS, profile=profile)
        copies = encoded.count(json.loads(encoded)["callerName"].encode())
        # Another X in each copy would be too long.
        assert MAX_BYTES - copies <= len(encoded) < MAX_BYTES


def test_a_joiner_is_not_left_before_the_ellipsis():
    for filler in range(8):
        name = "x" * filler + "\U0001f468\u200d\U0001f469\u200d\U0001f467\ufe0f" * 400
        shortened = payload_of(ringing(caller_name=name))["callerName"]
        assert shortened.endswith("…")
        assert shortened[-2] not in "\u200d\ufe0f "
