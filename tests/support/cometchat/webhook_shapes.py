"""Every shape of webhook that is read, and which of its fields are needed: to ring, or to know which call has ended."""

from collections.abc import Iterator, Mapping
from typing import Any

from tests.support.cometchat.samples import changed, sample

_CALL = "data.call"
_DETAILS = "data.notificationDetails"
_ENTITIES = "data__call__data__entities"
_PARTIES = {f"{_CALL}.sender", f"{_CALL}.receiver", f"{_CALL}.receiverType", f"{_CALL}.type"}

_SIGNED = sample("signed_call_initiated")
_INITIATED = sample("call_initiated")
_CUSTOM = sample("custom_provider")
_SESSION = {"sessionid": "v1.us.2779.17449600000123456789012345678901234567890abcdef0", "sender": "cometchat-uid-1"}

_ROOT = {"trigger", "data"}
_OF_SIGNED = _ROOT | {"data.type", "data.initiator", "data.initiator.uid", "data.receiver"}
_OF_CUSTOM = _ROOT | {_DETAILS, f"{_DETAILS}.callAction"}
_OF_CUSTOM_RINGING = _OF_CUSTOM | {
    "data.to",
    "data.to.uid",
    f"{_DETAILS}.callType",
    f"{_DETAILS}.sender",
    f"{_DETAILS}.receiverType",
}


def _custom(**details: Any) -> dict[str, Any]:
    return changed(_CUSTOM, **{f"data__notificationDetails__{name}": value for name, value in details.items()})


def _with_session(name: str) -> dict[str, Any]:
    return changed(sample(name), **{_ENTITIES: {"on": {"entity": _SESSION, "entityType": "call"}}})


# Where a sample has a time and an id, or two names of the call, each makes do for the other: neither alone is needed.
RINGING: Mapping[str, tuple[dict[str, Any], set[str]]] = {
    "signed": (_SIGNED, _OF_SIGNED | {"data.receiver.uid"}),
    "signed with one id": (changed(_SIGNED, data__id=...), _OF_SIGNED | {"data.receiver.uid", "data.sessionId"}),
    "signed to a group": (
        changed(_SIGNED, data__receiverType="group", data__receiver={"guid": "team", "name": "Team"}),
        _OF_SIGNED | {"data.receiver.guid"},
    ),
    "documented": (
        changed(_INITIATED, **{f"{_ENTITIES}__for__entity__name": "Bob"}),
        _ROOT | {_CALL} | _PARTIES,
    ),
    "documented without a session": (
        changed(_INITIATED, **{f"{_ENTITIES}__on": ...}),
        _ROOT | {_CALL, f"{_CALL}.conversationId"} | _PARTIES,
    ),
    "documented with a time alone": (
        changed(_INITIATED, data__call__id=..., **{f"{_ENTITIES}__on": ...}),
        _ROOT | {_CALL, f"{_CALL}.conversationId", f"{_CALL}.sentAt"} | _PARTIES,
    ),
    "custom": (_CUSTOM, _OF_CUSTOM_RINGING),
    "custom to a group": (_custom(receiverType="group", receiver="team"), _OF_CUSTOM_RINGING),
    "custom without a session": (
        _custom(sessionId=..., tag=...),
        _OF_CUSTOM_RINGING | {f"{_DETAILS}.conversationId", f"{_DETAILS}.sentAt"},
    ),
}

ENDS: Mapping[str, tuple[dict[str, Any], set[str]]] = {
    # The documented samples name no session: the conversation and the caller are the call's name.
    **{
        name: (sample(name), _ROOT | {_CALL, f"{_CALL}.conversationId", f"{_CALL}.{caller}"})
        for name, caller in {
            "call_cancelled": "sender",
            "call_unanswered": "sender",
            "call_rejected": "receiver",
            "call_busy": "receiver",
        }.items()
    },
    **{
        f"{name} with a session": (_with_session(name), _ROOT | {_CALL})
        for name in ("call_cancelled", "call_unanswered", "call_rejected", "call_busy")
    },
    **{
        name: (sample(name), _ROOT | {"data.sessionId"})
        for name in ("call_started", "call_participant_joined", "call_ended")
    },
    "signed end": (changed(_SIGNED, trigger="call_cancelled"), _ROOT),
    **{
        f"custom {action}": (_custom(callAction=action), _OF_CUSTOM)
        for action in ("cancelled", "unanswered", "ongoing", "rejected", "ended", "busy")
    },
    "custom end without a session": (
        _custom(callAction="cancelled", sessionId=...),
        _OF_CUSTOM | {f"{_DETAILS}.conversationId", f"{_DETAILS}.sender"},
    ),
}

SHAPES = {**RINGING, **ENDS}


def paths(value: Any, prefix: str = "") -> Iterator[str]:
    """The paths of all fields of all objects in `value`."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield f"{prefix}{name}"
            yield from paths(inner, f"{prefix}{name}.")
