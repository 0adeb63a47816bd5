"""Every field that is read of CometChat's samples: what is wrong there, and what follows when it is not there.

A field that is not in these tables is not read: whatever it holds, the outcome is the same.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from tests.support.clocks import NOON_MS

REQUIRED = "required"
IGNORED = "ignored"

LONE_SURROGATE = "\ud800"
_NO_TEXT: list[Any] = [True, False, 0, 5, 1.5, [], ["x"], {}, {"x": "y"}, LONE_SURROGATE, f"a{LONE_SURROGATE}b"]

WRONG: Mapping[str, list[Any]] = {
    "object": [True, False, 0, 5, 1.5, "", "x", [], [{}]],
    "id": [*_NO_TEXT, "x" * 256],
    "text": [*_NO_TEXT, "x" * 4001],
    "uid": [*_NO_TEXT, "a b", "ü", "x" * 101, "a\n", "owner#x", "\u212a"],
    "choice": [*_NO_TEXT, "", "fax", "audio "],
    "time": [True, False, 0, -1, 1e16, 10**400, "", "now", "-1", "1e9", "0", "٣", [], {}],
    # Message ids only order what has no better time: an odd one is taken as unknown.
    "message id": [],
    # Passed through to the app, whatever it holds.
    "custom": [],
}

# kind, and what happens without it: an error that names it, a 200, or the event with other values.
type Field = tuple[str, str | dict[str, Any]]

_ROOT: dict[str, Field] = {"trigger": ("id", REQUIRED), "data": ("object", REQUIRED)}

_SIGNED: dict[str, Field] = _ROOT | {
    "data.sessionId": ("id", {"session_id": "session-uuid"}),
    "data.type": ("choice", REQUIRED),
    "data.initiator": ("object", REQUIRED),
    "data.initiator.uid": ("uid", REQUIRED),
    "data.initiator.name": ("text", {"caller_name": ""}),
    "data.receiver": ("object", REQUIRED),
    "data.receiver.uid": ("uid", REQUIRED),
    "data.receiver.name": ("text", {"receiver_name": ""}),
    "data.receiverType": ("choice", {"receiver_type": "user"}),
}

_CALL = "data.call.data.entities"

_INITIATED: dict[str, Field] = _ROOT | {
    "data.call.conversationId": ("id", {"conversation_id": ""}),
    "data.call.sender": ("uid", REQUIRED),
    "data.call.receiver": ("uid", REQUIRED),
    "data.call.receiverType": ("choice", REQUIRED),
    "data.call.type": ("choice", REQUIRED),
    "data.call.sentAt": ("time", {"initiated_at_ms": NOON_MS}),
    "data.call.id": ("message id", {"message_id": 0}),
    "data.call.data": ("object", {"session_id": "", "caller_name": ""}),
    _CALL: ("object", {"session_id": "", "caller_name": ""}),
    f"{_CALL}.by": ("object", {"caller_name": ""}),
    f"{_CALL}.by.entity": ("object", {"caller_name": ""}),
    f"{_CALL}.by.entity.name": ("text", {"caller_name": ""}),
    f"{_CALL}.on": ("object", {"session_id": ""}),
    f"{_CALL}.on.entity": ("object", {"session_id": ""}),
    f"{_CALL}.on.entity.sessionid": ("id", {"session_id": ""}),
}

_SIGNALLED_OVER: dict[str, Field] = _ROOT | {
    # These samples have no session id, so that the conversation must be named.
    "data.call.conversationId": ("id", REQUIRED),
    "data.call.sender": ("uid", REQUIRED),
    "data.call.receiver": ("uid", REQUIRED),
    "data.call.sentAt": ("time", {"at_ms": NOON_MS}),
    "data.call.id": ("message id", {"message_id": 0}),
    "data.call.data": ("object", {}),
}

_SESSION: dict[str, Field] = _ROOT | {"data.sessionId": ("id", REQUIRED)}

_DETAILS = "data.notificationDetails"

_CUSTOM: dict[str, Field] = _ROOT | {
    "data.to": ("object", REQUIRED),
    "data.to.uid": ("uid", REQUIRED),
    _DETAILS: ("object", REQUIRED),
    f"{_DETAILS}.type": ("id", IGNORED),
    f"{_DETAILS}.callAction": ("id", REQUIRED),
    f"{_DETAILS}.callType": ("choice", REQUIRED),
    f"{_DETAILS}.sender": ("uid", REQUIRED),
    f"{_DETAILS}.receiver": ("uid", REQUIRED),
    f"{_DETAILS}.receiverType": ("choice", REQUIRED),
    f"{_DETAILS}.sessionId": ("id", {"session_id": ""}),
    f"{_DETAILS}.conversationId": ("id", {"conversation_id": ""}),
    f"{_DETAILS}.senderName": ("text", {"caller_name": ""}),
    f"{_DETAILS}.senderAvatar": ("text", {"caller_avatar": ""}),
    f"{_DETAILS}.receiverName": ("text", {"receiver_name": ""}),
    f"{_DETAILS}.sentAt": ("time", {"initiated_at_ms": NOON_MS}),
    f"{_DETAILS}.tag": ("message id", {"message_id": 0}),
    f"{_DETAILS}.custom": ("custom", {"custom": ""}),
}

SHAPES: Mapping[str, dict[str, Field]] = {
    "signed_call_initiated": _SIGNED,
    "call_initiated": _INITIATED,
    "call_busy": _SIGNALLED_OVER,
    "call_cancelled": _SIGNALLED_OVER,
    "call_rejected": _SIGNALLED_OVER,
    "call_unanswered": _SIGNALLED_OVER,
    "call_started": _SESSION | {"data.created_at": ("time", {"at_ms": NOON_MS})},
    "call_participant_joined": _SESSION
    | {
        "data.occupant": ("object", {"at_ms": NOON_MS}),
        "data.occupant.joined_at": ("time", {"at_ms": NOON_MS}),
    },
    "call_ended": _SESSION | {"data.destroyed_at": ("time", {"at_ms": NOON_MS})},
    "custom_provider": _CUSTOM,
}

# The object goes to the app as it is.
PASSED_THROUGH = f"{_DETAILS}.custom"

# Without it, it is another shape, which has its own fields.
SHAPE_MAKERS = {"data.call"}


def paths(value: Any, prefix: str = "") -> Iterator[str]:
    """The paths of all fields of all objects in `value`."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield f"{prefix}{name}"
            yield from paths(inner, f"{prefix}{name}.")
