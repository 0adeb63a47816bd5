"""Flutter: both CallKit plugins, and CometChat's sample."""

from tests.support.payload_readers.dictionary import (
    AppCrashed,
    NotReported,
    Payload,
    ReportedCall,
    as_bool,
    as_string,
    forced_string,
    ns_uuid,
)


def callkit_incoming(payload: Payload) -> ReportedCall:
    """flutter_callkit_incoming@8df0558, example/ios/Runner/AppDelegate.swift."""
    uuid = ns_uuid(as_string(payload.get("id")) or "")
    if uuid is None:
        raise NotReported("id is no UUID")
    return ReportedCall(
        uuid,
        as_string(payload.get("nameCaller")) or "",
        as_bool(payload.get("isVideo")) or False,
        as_string(payload.get("handle")) or "",
    )


def webrtc_callkeep(payload: Payload) -> ReportedCall:
    """flutter-webrtc/callkeep@92bc158, ios/Classes/CallKeep.m."""
    if "aps" in payload:
        raise NotReported("it takes a push with aps for one that is not its own")
    handle = as_string(payload.get("caller_id"))
    if handle is None:
        raise AppCrashed("nil in a dictionary literal")
    uuid = as_string(payload.get("uuid"))
    assert payload.get("caller_id_type") in ("generic", "number", "email")
    name = as_string(payload.get("caller_name")) or ""
    return ReportedCall(ns_uuid(uuid) if uuid else None, name, as_bool(payload.get("has_video")) or False, handle)


def cometchat_sample(payload: Payload) -> ReportedCall:
    """cometchat-push-notification-app-flutter@a89b3da: forced casts. The UUID is made of the session id's last part."""
    for key in ("type", "callAction", "sessionId"):
        forced_string(payload, key)
    digits = forced_string(payload, "sessionId").rpartition(".")[2][:32]
    uuid = ns_uuid("-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:])))
    return ReportedCall(uuid, forced_string(payload, "senderName"), forced_string(payload, "callType") == "video")
