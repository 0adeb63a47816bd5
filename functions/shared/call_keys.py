"""Under which names a call is known: by its session, or where there is no session id by conversation and caller."""

import hashlib
import uuid
from typing import Protocol

from shared.call_events import CallRinging

UUID_NAMESPACE = uuid.UUID("5a6bd4c1-63ad-5a5c-9d1f-6c1f0f2b8a57")


class Named(Protocol):
    """What a call's names are made of. Empty strings are unknown."""

    @property
    def session_id(self) -> str: ...
    @property
    def conversation_id(self) -> str: ...
    @property
    def caller_uid(self) -> str: ...


def claim_key(call: CallRinging) -> str:
    """Names this one call, the same for every delivery of it."""
    if call.session_id:
        return _session(call)
    # The second alone would make one of two calls that follow each other at once.
    return f"{_conversation(call)}#{call.initiated_at_ms // 1000}#{call.message_id}"


def call_uuid(call: CallRinging) -> str:
    """The same for every delivery of a call, so that CallKit recognises a second one."""
    return str(uuid.uuid5(UUID_NAMESPACE, claim_key(call)))


def fact_keys(event: Named) -> list[str]:
    """Every name of the call: an end is kept under all that it knows, and a ring looks under all that it knows."""
    by_conversation = event.conversation_id and event.caller_uid
    return [_session(event)] * bool(event.session_id) + [_conversation(event)] * bool(by_conversation)


def call_hash(event: Named) -> str:
    """What a log says of a call: the same for its beginning and its end."""
    key = _session(event) if event.session_id else _conversation(event)
    return hashlib.sha256(key.encode()).hexdigest()[:12]


def _session(event: Named) -> str:
    return f"session#{event.session_id}"


def _conversation(event: Named) -> str:
    return f"conversation#{event.conversation_id}#{event.caller_uid}"
