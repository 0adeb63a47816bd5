"""The payload of a push, in the forms that it could have had."""

import json

import pytest

from ops.calls.payload_profiles import in_full, payloads_by_profile, sizes
from ops.calls.pushed_call import pushed_call
from push.payload import build_payload
from push.payload_fields import PAYLOAD_PROFILES, PayloadProfile
from tests.support.clocks import NOON_MS
from tests.support.push.events import ringing

RING_ENDS_AT_MS = NOON_MS + 45_000


def push(profile: PayloadProfile) -> dict[str, object]:
    payload = build_payload(ringing(custom='{"deal":42}'), ring_ends_at_ms=RING_ENDS_AT_MS, profile=profile)
    return {"payload": json.loads(payload), "received_at_ms": NOON_MS}


@pytest.mark.parametrize("profile", ["standard", "without-aps"])
def test_the_form_that_was_pushed_is_among_them(profile: PayloadProfile) -> None:
    payloads = payloads_by_profile(push(profile))

    assert list(payloads) == list(PAYLOAD_PROFILES)
    assert json.loads(payloads[profile]) == push(profile)["payload"]


def test_a_push_for_expo_is_a_call_of_ours_as_well() -> None:
    call = pushed_call(push("expo"), "bob")

    assert call is not None
    assert (call.caller_uid, call.receiver_uid, call.callee_uid) == ("alice", "bob", "bob")
    assert payloads_by_profile(push("expo"))["expo"]


def test_what_is_no_push_of_ours_has_none() -> None:
    assert payloads_by_profile({"payload": {"aps": {}}, "received_at_ms": NOON_MS}) == {}
    assert payloads_by_profile({"payload": None, "received_at_ms": NOON_MS}) == {}


def test_sizes_and_payloads_as_text() -> None:
    payloads = payloads_by_profile(push("standard"))

    assert sizes(payloads).startswith(f"standard {len(payloads['standard'])} bytes, without-aps ")
    assert in_full("expo", payloads["expo"]).startswith('PayloadProfile=expo:\n{\n  "aps": {')
