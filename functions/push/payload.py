"""The VoIP push's payload: the fields for a profile, within the size limit."""

import json
import uuid
from itertools import accumulate

from push.payload_fields import PayloadProfile, fields
from shared.call_events import CallRinging
from shared.call_keys import UUID_NAMESPACE, claim_key

MAX_BYTES = 4096
"""Apple's own limit for VoIP pushes is 5120."""

DROP_ORDER = ("custom", "senderAvatar", "title", "tag", "receiverName")
"""Optional fields, in the order in which they are left out when there is no room."""


def apns_id(call: CallRinging, token: str) -> str:
    """The same for every attempt to ring this device for this call."""
    return str(uuid.uuid5(UUID_NAMESPACE, f"{claim_key(call)}#{token}"))


def build_payload(call: CallRinging, *, ring_ends_at_ms: int, profile: PayloadProfile = "standard") -> bytes:
    """UTF-8 JSON of at most `MAX_BYTES`. Leaves out optional fields, then shortens the caller's name; nothing else."""
    name = call.caller_name or call.caller_uid
    for dropped in range(len(DROP_ORDER) + 1):
        encoded = _encoded(call, profile, ring_ends_at_ms, name, DROP_ORDER[:dropped])
        if len(encoded) <= MAX_BYTES:
            return encoded
    one_byte_more = _encoded(call, profile, ring_ends_at_ms, f"{name}x", DROP_ORDER)
    copies = len(one_byte_more) - len(encoded)
    excess_of_each = (len(encoded) - MAX_BYTES) // copies + 1
    return _encoded(call, profile, ring_ends_at_ms, _shortened(name, excess_of_each), DROP_ORDER)


def _encoded(
    call: CallRinging, profile: PayloadProfile, ring_ends_at_ms: int, name: str, without: tuple[str, ...]
) -> bytes:
    payload = fields(call, profile, ring_ends_at_ms=ring_ends_at_ms, caller_name=name, without=frozenset(without))
    encoded = _encode(payload)
    if call.custom and "custom" not in without:
        return encoded[:-1] + b',"custom":' + call.custom.encode() + b"}"
    return encoded


def _shortened(name: str, by_bytes: int) -> str:
    """Cut by at least that many bytes as JSON counts them, between characters, and with an ellipsis to show for it."""
    sizes = [len(_encode(character)) - len(_encode("")) for character in name]
    room = sum(sizes) - by_bytes - len("…".encode())
    kept = sum(1 for used in accumulate(sizes) if used <= room)
    # A joiner left at the end would swallow the ellipsis.
    return name[:kept].rstrip("\u200d\ufe0f ") + "…"


def _encode(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
