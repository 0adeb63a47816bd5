"""A call that has rung Bob, and how it may have ended."""

import dataclasses
from typing import Any

from calls.errors import CallsUnavailable
from calls.store import RungCall
from shared.call_ends import CallEnd
from shared.ring_items import RingItem
from tests.support.clocks import NOON_MS

UUID = "7b1f6c62-5d0f-5b54-9c1e-0f8f1d1c2b3a"
RING_ENDS_AT_MS = NOON_MS + 45_000


def ring(**changes: Any) -> RingItem:
    fields: dict[str, Any] = {
        "callee_uid": "bob",
        "session_id": "session-1",
        "conversation_id": "alice_user_bob",
        "caller_uid": "alice",
        "receiver_type": "user",
        "message_id": 100,
        "initiated_at_ms": NOON_MS,
        "ring_ends_at_ms": RING_ENDS_AT_MS,
        "phones": {},
    }
    return RingItem(**fields | changes)


def end(trigger: str, *, by_uid: str = "", at_ms: int = NOON_MS + 4_000, of_this_session: bool = True) -> CallEnd:
    fields: dict[str, Any] = {
        "trigger": trigger,
        "by_uid": by_uid,
        "callee_uid": "",
        "message_id": 0,
        "at_ms": at_ms,
        "of_session": of_this_session,
        "session_id": "session-1" if of_this_session else "",
    }
    return CallEnd(**{field.name: fields[field.name] for field in dataclasses.fields(CallEnd)})


class FakeCalls:
    """The calls table. `unavailable` makes every read fail."""

    def __init__(self) -> None:
        self.rung: dict[tuple[str, str], RungCall] = {}
        self.unavailable = False

    def read(self, callee_uid: str, uuid: str) -> RungCall | None:
        if self.unavailable:
            raise CallsUnavailable("throttled")
        return self.rung.get((callee_uid, uuid))
