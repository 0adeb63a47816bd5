"""Every app that is served reports a call: each reader, against the payloads of every shape, profile and length."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from push.payload import build_payload
from push.payload_fields import PAYLOAD_PROFILES, PayloadProfile
from shared.call_events import CallRinging
from shared.call_keys import call_uuid
from tests.support.clocks import NOON_MS
from tests.support.cometchat.samples import SAMPLES
from tests.support.payload_readers import flutter, ios, react_native
from tests.support.payload_readers.dictionary import AppCrashed, NotReported, Payload, ReportedCall
from tests.support.push.events import ringing
from webhook.cometchat import parse
from webhook.receipt import Receipt

type Reader = Callable[[Payload], ReportedCall]

FLAT: list[Reader] = [
    ios.cometchat_push_docs,
    ios.cometchat_calls_docs,
    ios.signed_webhooks_app,
    ios.our_package,
    react_native.voip_push_readme,
    react_native.cometchat_push_docs,
    react_native.cometchat_ui_kit_sample,
    react_native.cometchat_calls_docs,
    flutter.callkit_incoming,
    flutter.cometchat_sample,
]
SERVED: dict[PayloadProfile, list[Reader]] = {
    "standard": FLAT,
    "without-aps": [*FLAT, flutter.webrtc_callkeep],
    "expo": [ios.signed_webhooks_app, ios.our_package, react_native.expo_ios, react_native.expo_docs],
}
PAIRS = [(profile, reader) for profile in PAYLOAD_PROFILES for reader in SERVED[profile]]
pairs = pytest.mark.parametrize(
    ("profile", "reader"),
    PAIRS,
    ids=[f"{profile}-{reader.__module__.rpartition('.')[2]}.{reader.__name__}" for profile, reader in PAIRS],
)
# These documents' apps make a random UUID for each push.
RANDOM_UUID = {
    ios.cometchat_push_docs,
    ios.cometchat_calls_docs,
    ios.signed_webhooks_app,
    react_native.cometchat_calls_docs,
}
# These set no video on the call.
NO_VIDEO = {react_native.voip_push_readme, react_native.cometchat_push_docs}


def payload_of(call: CallRinging, profile: PayloadProfile) -> Any:
    return json.loads(build_payload(call, ring_ends_at_ms=NOON_MS + 45_000, profile=profile))


def check(reader: Reader, call: CallRinging, profile: PayloadProfile) -> None:
    payload = payload_of(call, profile)
    reported = reader(payload)
    assert reported.caller_name == payload["callerName"] != ""
    assert reported.handle in (None, call.caller_uid)
    assert reported.has_video is (call.call_type == "video" and reader not in NO_VIDEO)
    if reader is not flutter.cometchat_sample:
        assert str(reported.uuid) == ("None" if reader in RANDOM_UUID else call_uuid(call))


@pairs
@pytest.mark.parametrize("shape", ["signed_call_initiated", "call_initiated", "custom_provider"])
def test_each_shape_of_webhook_is_reported(profile: PayloadProfile, reader: Reader, shape: str) -> None:
    call = parse((SAMPLES / f"{shape}.json").read_bytes(), Receipt(1_744_960_300_000, "c")).event
    assert isinstance(call, CallRinging)

    check(reader, call, profile)


@pairs
@pytest.mark.parametrize("call_type", ["audio", "video"])
@pytest.mark.parametrize("receiver_type", ["user", "group"])
def test_each_type_of_call_is_reported(
    profile: PayloadProfile, reader: Reader, call_type: str, receiver_type: str
) -> None:
    check(reader, ringing(call_type=call_type, receiver_type=receiver_type), profile)


@pairs
@pytest.mark.parametrize("length", [0, 1, 255, 1_000, 4_000])
def test_each_length_is_reported(profile: PayloadProfile, reader: Reader, length: int) -> None:
    long = "\N{FAMILY}" * length
    check(
        reader,
        ringing(
            session_id="v1.us.2779.17449600000123456789012345678901234567890abcdef0"[: length + 50],
            caller_name=long,
            receiver_name=long,
            caller_avatar=long,
            conversation_id=long[:255],
            message_id=0 if not length else 10**18 - 1,
            custom=json.dumps({"x": "y" * min(length, 2_900)}),
        ),
        profile,
    )


@pairs
@given(
    session_id=st.text(st.characters(exclude_categories=["Cs"]), max_size=255),
    name=st.text(st.characters(exclude_categories=["Cs"]), max_size=50),
)
def test_any_call_is_reported(profile: PayloadProfile, reader: Reader, session_id: str, name: str) -> None:
    check(reader, ringing(session_id=session_id, caller_name=name), profile)


def test_one_uuid_for_all_who_take_it_from_the_payload() -> None:
    call = ringing()
    for profile, reader in PAIRS:
        if reader not in RANDOM_UUID and reader is not flutter.cometchat_sample:
            assert str(reader(payload_of(call, profile)).uuid) == call_uuid(call)


@pytest.mark.parametrize(
    ("reader", "profile", "failure"),
    [
        (flutter.webrtc_callkeep, "standard", NotReported),
        (react_native.expo_ios, "standard", NotReported),
        (react_native.voip_push_readme, "expo", AppCrashed),
        (flutter.callkit_incoming, "expo", NotReported),
        (flutter.cometchat_sample, "expo", AppCrashed),
    ],
)
def test_whom_a_profile_does_not_serve(reader: Reader, profile: PayloadProfile, failure: type[Exception]) -> None:
    """What docs/react-native.md and docs/flutter.md warn of."""
    with pytest.raises(failure):
        reader(payload_of(ringing(), profile))


BEFORE = (
    *("aps", "uuid", "sessionId", "callType", "callerUid", "callerName", "timestamp", "type", "callAction", "sender"),
    *("senderUid", "senderName", "receiver", "receiverType", "conversationId", "body", "sentAt", "title"),
)


@pytest.mark.parametrize(
    ("reader", "failure"),
    [
        (react_native.voip_push_readme, AppCrashed),
        (flutter.callkit_incoming, NotReported),
        (flutter.webrtc_callkeep, NotReported),
        (react_native.expo_ios, NotReported),
    ],
)
def test_the_payload_of_version_0_1_served_these_apps_badly(reader: Reader, failure: type[Exception]) -> None:
    payload = payload_of(ringing(), "standard")

    with pytest.raises(failure):
        reader({key: payload[key] for key in BEFORE})
