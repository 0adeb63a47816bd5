"""React Native: the libraries' READMEs, CometChat's samples, and Expo."""

import re
from datetime import datetime
from typing import Any

from tests.support.payload_readers.dictionary import (
    AppCrashed,
    NotReported,
    Payload,
    ReportedCall,
    as_bool,
    as_string,
    ns_uuid,
)


def voip_push_readme(payload: Payload) -> ReportedCall:
    """react-native-voip-push-notification@e92edad's README with react-native-callkeep@db693d5.

    CallKeep's completion puts uuid and handle into a dictionary literal, where nil is an exception.
    """
    uuid, handle = as_string(payload.get("uuid")), as_string(payload.get("handle"))
    if uuid is None or handle is None:
        raise AppCrashed("nil in a dictionary literal")
    if ns_uuid(uuid) is None:
        raise NotReported("uuid is no UUID")
    return ReportedCall(ns_uuid(uuid), as_string(payload.get("callerName")) or "", False, handle)


def cometchat_push_docs(payload: Payload) -> ReportedCall:
    """cometchat/docs, notifications/react-native-push-notifications-ios.mdx@14d3f1d."""
    name = next((text for key in ("senderName", "callerName", "name") if (text := as_string(payload.get(key)))), "")
    uuid = as_string(payload.get("uuid"))
    handle = as_string(payload.get("handle")) or "CometChat"
    return ReportedCall(ns_uuid(uuid) if uuid else None, name, False, handle)


def cometchat_ui_kit_sample(payload: Payload) -> ReportedCall:
    """cometchat-uikit-react-native@0d24fb1, SampleAppWithPushNotifications."""
    if as_string(payload.get("callAction")) != "initiated":
        raise NotReported("it ends the call of that uuid, and reports none")
    name = as_string(payload.get("senderName")) or as_string(payload.get("title")) or ""
    return ReportedCall(ns_uuid(as_string(payload.get("uuid"))), name, as_string(payload.get("callType")) != "audio")


def cometchat_calls_docs(payload: Payload) -> ReportedCall:
    """cometchat/docs, calls/react-native/voip-calling.mdx@51f522e."""
    return ReportedCall(
        None,
        as_string(payload.get("callerName")) or "Unknown",
        as_bool(payload.get("hasVideo")) or False,
        as_string(payload.get("callerId")) or "unknown",
    )


def expo_ios(payload: Payload) -> ReportedCall:
    """expo-callkit-telecom@2b63b81, ios/Models/IncomingCallEvent.swift. What it can't parse is a placeholder call."""
    return _expo_event(payload.get("incoming_call"))


def expo_docs(payload: Payload) -> ReportedCall:
    """The same by its docs/voip-push.md."""
    return _expo_event(payload.get("incomingCall"))


def _expo_event(event: Any) -> ReportedCall:
    if not isinstance(event, dict) or not isinstance(event.get("caller"), dict):
        raise NotReported("a placeholder")
    caller = event["caller"]
    required = (event.get("eventId"), event.get("serverCallId"), caller.get("id"))
    if not all(as_string(value) for value in required) or as_bool(event.get("hasVideo")) is None:
        raise NotReported("a placeholder")
    if not re.fullmatch(r"\+[1-9][0-9]{1,14}", caller.get("phoneNumber", "+1234")):
        raise NotReported("a placeholder")
    datetime.fromisoformat(event["startedAt"])
    return ReportedCall(ns_uuid(event["eventId"]), caller.get("displayName", ""), event["hasVideo"], caller["id"])
