"""CometChat's session ids: where the shapes have them, and when the call began."""

import re

from shared.fields import MAX_ID
from webhook.fields import Fields

# v1.<region>.<app id>.<epoch seconds><40 hex digits>
_SESSION_ID = re.compile(r"v1\.[^.]+\.[^.]+\.([0-9]{10})[0-9a-f]{40}")


def began_at_ms(session_id: str) -> int:
    """Milliseconds since the epoch; 0 for session ids of another form."""
    found = _SESSION_ID.fullmatch(session_id)
    return int(found[1]) * 1000 if found else 0


def signed_session_id(data: Fields) -> str:
    """Raises `InvalidBody` without one: `sessionId` or `id`. Media events of CometChat's have the former only."""
    session_id = data.optional_id("sessionId") or data.optional_id("id")
    if not session_id:
        data.refuse("sessionId", f"a string of 1 to {MAX_ID} characters")
    return session_id


def signalled_session_id(entities: Fields) -> str:
    """Empty where there is none."""
    entity = entities.optional_object("on").optional_object("entity")
    return entity.optional_id("sessionid") or entity.optional_id("sessionId")
