"""CometChat's rule for the ids of users and groups."""

import re

_UID = re.compile(r"[a-z0-9_-]{1,100}")

UID_RULE = "1 to 100 letters, digits, - or _"


def normalised_uid(uid: object) -> str | None:
    """The uid as CometChat keeps it, or None if it can't be one.

    "Max 100 characters, alpha-dash, no spaces. Automatically lowercased." (CometChat, Properties and constraints)
    """
    if not isinstance(uid, str) or not uid.isascii():
        return None
    lowered = uid.lower()
    return lowered if _UID.fullmatch(lowered) else None
