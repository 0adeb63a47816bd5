"""The payload that a call's push has, in each form that the parameter PayloadProfile can choose."""

import json
from typing import Any

from ops.calls.pushed_call import pushed_call
from push.payload import MAX_BYTES, build_payload
from push.payload_fields import PAYLOAD_PROFILES, PayloadProfile


def payloads_by_profile(push: dict[str, Any]) -> dict[PayloadProfile, bytes]:
    """Of a push as the simulator has recorded it. Empty if it is not one of ours, or of version 0.1."""
    call = pushed_call(push)
    if call is None or "expiresAt" not in push["payload"]:
        return {}
    ring_ends_at_ms = int(push["payload"]["expiresAt"])
    return {
        profile: build_payload(call, ring_ends_at_ms=ring_ends_at_ms, profile=profile) for profile in PAYLOAD_PROFILES
    }


def sizes(payloads: dict[PayloadProfile, bytes]) -> str:
    """One line."""
    return ", ".join(f"{profile} {len(payload)} bytes" for profile, payload in payloads.items()) + f" of {MAX_BYTES}"


def in_full(profile: PayloadProfile, payload: bytes) -> str:
    return f"PayloadProfile={profile}:\n{json.dumps(json.loads(payload), indent=2, ensure_ascii=False)}"
