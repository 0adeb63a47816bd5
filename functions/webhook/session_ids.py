"""When a call began, as CometChat's own session ids say it."""

import re

# v1.<region>.<app id>.<epoch seconds><40 hex digits>
_SESSION_ID = re.compile(r"v1\.[^.]+\.[^.]+\.([0-9]{10})[0-9a-f]{40}")


def began_at_ms(session_id: str) -> int:
    """Milliseconds since the epoch; 0 for session ids of another form."""
    found = _SESSION_ID.fullmatch(session_id)
    return int(found[1]) * 1000 if found else 0
