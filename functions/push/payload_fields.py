"""The fields of a VoIP push, by the code that reads them.

Several libraries and samples read these payloads. When a key is missing or of another type, some of them crash, and
others report no call, for which iOS ends the app. The pages docs/ios.md, docs/react-native.md and docs/flutter.md
say who reads what.
"""

import json
from collections.abc import Set
from datetime import UTC, datetime
from typing import Any, Literal

from shared.call_events import CallRinging
from shared.call_keys import call_uuid

type PayloadProfile = Literal["standard", "without-aps", "expo"]

PAYLOAD_PROFILES: tuple[PayloadProfile, ...] = ("standard", "without-aps", "expo")

# CometChat's ids are shorter. Copies of a longer one would leave no room for fields that are required.
_MAX_ID_BYTES = 300
_END_OF_YEAR_9999_MS = 253_402_300_799_999


def fields(
    call: CallRinging, profile: PayloadProfile, *, ring_ends_at_ms: int, caller_name: str, without: Set[str]
) -> dict[str, Any]:
    """`without` has the optional fields for which there is no room."""
    has_video = call.call_type == "video"
    core: dict[str, Any] = {
        "aps": {"content-available": 1},
        "uuid": call_uuid(call),
        "sessionId": call.session_id,
        "callType": call.call_type,
        "callerUid": call.caller_uid,
        "callerName": caller_name,
        "timestamp": call.initiated_at_ms,
        "expiresAt": ring_ends_at_ms,
    }
    if profile == "expo":
        event = _expo_event(call, caller_name, without)
        return core | {"incoming_call": event, "incomingCall": event}
    if profile == "without-aps":
        del core["aps"]
    return core | {
        **_cometchat(call, caller_name),
        # React Native: react-native-voip-push-notification, react-native-callkeep, CometChat's Calls SDK.
        "handle": call.caller_uid,
        "callerId": call.caller_uid,
        "hasVideo": has_video,
        # flutter_callkit_incoming.
        "id": call_uuid(call),
        "nameCaller": caller_name,
        "isVideo": has_video,
        # flutter-webrtc's callkeep.
        "caller_id": call.caller_uid,
        "caller_id_type": "generic",
        "caller_name": caller_name,
        "has_video": has_video,
        **_present(
            {
                "senderAvatar": call.caller_avatar,
                "title": caller_name,
                "tag": str(call.message_id or ""),
                "receiverName": call.receiver_name,
            },
            without,
        ),
    }


def _cometchat(call: CallRinging, caller_name: str) -> dict[str, str]:
    """What CometChat's samples for iOS, React Native and Flutter read, all of it strings."""
    return {
        "type": "call",
        "callAction": "initiated",
        "sender": call.caller_uid,
        "senderUid": call.caller_uid,
        "senderName": caller_name,
        "receiver": call.receiver_uid,
        "receiverType": call.receiver_type,
        "conversationId": _conversation_id(call),
        "body": f"{call.call_type.upper()} CALL",
        "sentAt": str(call.initiated_at_ms),
    }


def _expo_event(call: CallRinging, caller_name: str, without: Set[str]) -> dict[str, Any]:
    """What expo-callkit-telecom reads: its iOS code as `incoming_call`, by its documentation as `incomingCall`."""
    started_at = datetime.fromtimestamp(min(call.initiated_at_ms, _END_OF_YEAR_9999_MS) // 1000, UTC)
    avatar = "" if "senderAvatar" in without else call.caller_avatar
    return {
        "eventId": call_uuid(call),
        "serverCallId": call.session_id if _is_usable(call.session_id) else call_uuid(call),
        "hasVideo": call.call_type == "video",
        "startedAt": f"{started_at:%Y-%m-%dT%H:%M:%S}.{call.initiated_at_ms % 1000:03d}Z",
        "caller": {
            "id": call.caller_uid,
            "displayName": caller_name,
            **({"avatarUrl": avatar} if avatar else {}),
        },
    }


def _present(optional: dict[str, Any], without: Set[str]) -> dict[str, Any]:
    return {name: value for name, value in optional.items() if value and name not in without}


def _conversation_id(call: CallRinging) -> str:
    """CometChat's, or if there is none the name that CometChat would give it."""
    if _is_usable(call.conversation_id):
        return call.conversation_id
    if call.receiver_type == "group":
        return f"group_{call.receiver_uid}"
    return "_user_".join(sorted((call.caller_uid, call.receiver_uid)))


def _is_usable(id_: str) -> bool:
    return bool(id_) and len(json.dumps(id_, ensure_ascii=False).encode()) <= _MAX_ID_BYTES
