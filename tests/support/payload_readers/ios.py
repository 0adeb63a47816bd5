"""Native apps: after CometChat's documentation, and after the signed webhook's."""

from tests.support.payload_readers.dictionary import (
    NotReported,
    Payload,
    ReportedCall,
    as_string,
    ns_uuid,
    required_string,
)


def cometchat_push_docs(payload: Payload) -> ReportedCall:
    """cometchat/docs, notifications/ios-apns-push-notifications.mdx@1ac9251: any missing string means no report."""
    keys = ("sender", "senderName", "body", "callAction", "receiver", "type", "callType", "sessionId", "conversationId")
    values = {key: required_string(payload, key) for key in keys}
    if values["type"] != "call" or values["callAction"] != "initiated":
        raise NotReported("not an incoming call")
    return ReportedCall(None, values["senderName"], values["callType"] == "video")


def cometchat_calls_docs(payload: Payload) -> ReportedCall:
    """cometchat/docs, calls/ios/voip-calling.mdx@8ab39f6."""
    for key in ("sessionId", "senderUid"):
        required_string(payload, key)
    call_type = as_string(payload.get("callType")) or "video"
    return ReportedCall(None, required_string(payload, "senderName"), call_type == "video")


def signed_webhooks_app(payload: Payload) -> ReportedCall:
    """The app for which the signed webhook was made."""
    return ReportedCall(
        None,
        as_string(payload.get("callerName")) or "Unknown",
        as_string(payload.get("callType")) == "video",
        as_string(payload.get("callerUid")) or "Unknown",
    )


def our_package(payload: Payload) -> ReportedCall:
    """docs/ios: IncomingCall."""
    expires_at_ms = payload.get("expiresAt")
    assert isinstance(expires_at_ms, int)
    return ReportedCall(
        ns_uuid(as_string(payload.get("uuid"))),
        as_string(payload.get("callerName")) or "Unknown",
        as_string(payload.get("callType")) == "video",
        as_string(payload.get("callerUid")) or "unknown",
    )
