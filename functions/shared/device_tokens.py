"""Device tokens: their format, and how they appear in logs."""

import hashlib
import re

_HEX = re.compile(r"(?:[0-9a-f]{2}){1,100}")

WELL_FORMED = "the device token from PushKit as hex: an even number of digits, at most 200"


def normalised_device_token(token: object) -> str | None:
    """The token in lower case, or None if it can't be one.

    Apple: "Don't make assumptions about device token size." CometChat's iOS sample sends upper case, its docs lower.
    """
    if not isinstance(token, str) or not token.isascii():
        return None
    lowered = token.lower()
    return lowered if _HEX.fullmatch(lowered) else None


def device_hash(token: str) -> str:
    """How logs name a device: the first 12 digits of its token's SHA-256."""
    return hashlib.sha256(token.encode()).hexdigest()[:12]
