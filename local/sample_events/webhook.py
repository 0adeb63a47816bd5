"""What API Gateway hands to webhook: every trigger that CometChat documents for calls, and what is refused."""

import json
from typing import Any

from local import cometchat
from local.cometchat import Webhook
from local.sample_events.calls import CALLER, GROUP, call
from local.sample_events.credentials import UID, WEBHOOK
from local.sample_events.shapes import http_event

_ROUTE = "POST /webhooks/call"


def webhook_events(now_ms: int) -> dict[str, dict[str, Any]]:
    sent = (
        {f"webhook-{name}": webhook for name, webhook in _initiated(now_ms).items()}
        | {f"webhook-{name}": _documented(body) for name, body in _media_events(now_ms).items()}
        | {f"webhook-call-{action}": _documented(_signalled(action, now_ms)) for action in _SIGNALLED}
        | {f"webhook-{name}": webhook for name, webhook in _refused(now_ms).items()}
    )
    events = {
        name: http_event(_ROUTE, now_ms, name=name, body=webhook.body, headers=webhook.headers)
        for name, webhook in sent.items()
    }
    in_base64 = "webhook-call-initiated-in-base64"
    of_the_brief = cometchat.webhook("brief", call(in_base64, now_ms), WEBHOOK)
    events[in_base64] = http_event(
        _ROUTE, now_ms, name=in_base64, body=of_the_brief.body, headers=of_the_brief.headers, in_base64=True
    )
    not_base64 = "webhook-not-base64"
    broken = http_event(_ROUTE, now_ms, name=not_base64, body=b"{}", headers=of_the_brief.headers)
    return events | {not_base64: broken | {"isBase64Encoded": True}}


def _initiated(now_ms: int) -> dict[str, Webhook]:
    def initiated(name: str, shape: cometchat.Shape) -> Webhook:
        return cometchat.webhook(shape, call(f"webhook-{name}", now_ms), WEBHOOK)

    group = json.loads(initiated("call-initiated-to-group", "documented").body)
    group["data"]["call"] |= {"receiver": GROUP, "receiverType": "group", "conversationId": f"group_{GROUP}"}
    group["data"]["call"]["data"]["entities"]["for"] = {
        "entity": {"guid": GROUP, "name": "Team"},
        "entityType": "group",
    }
    return {
        "call-initiated-brief": initiated("call-initiated-brief", "brief"),
        "call-initiated-documented": initiated("call-initiated-documented", "documented"),
        "call-initiated-to-group": _documented(group),
        "custom-provider": initiated("custom-provider", "custom"),
        "custom-provider-cancelled": _documented(
            _changed(initiated("custom-provider-cancelled", "custom"), "notificationDetails", callAction="cancelled")
        ),
        "custom-provider-message": _documented(
            _changed(initiated("custom-provider-message", "custom"), "notificationDetails", type="chat")
        ),
    }


# By whom it is sent; the callee's have the parties flipped.
_SIGNALLED = {"cancelled": (CALLER, UID), "unanswered": (CALLER, UID), "rejected": (UID, CALLER), "busy": (UID, CALLER)}


def _signalled(action: str, now_ms: int) -> dict[str, Any]:
    """What the caller's or the callee's app has sent."""
    sender, receiver = _SIGNALLED[action]
    of = call(f"webhook-call-{action}", now_ms)
    entity = {"sessionid": of.session_id, "status": action, "type": of.type, "sender": CALLER, "receiver": UID}
    message = {
        "id": str(56_738),
        "conversationId": of.conversation_id,
        "sender": sender,
        "receiverType": "user",
        "receiver": receiver,
        "category": "call",
        "type": of.type,
        "data": {"action": action, "entities": {"on": {"entity": entity, "entityType": "call"}}},
        "sentAt": now_ms // 1000,
        "updatedAt": now_ms // 1000,
    }
    return {"trigger": f"call_{action}", "data": {"call": message}}


def _media_events(now_ms: int) -> dict[str, dict[str, Any]]:
    """What the media servers report of a session."""
    now_s = now_ms // 1000
    occupant = {"uid": UID, "name": "Bob", "joined_at": now_s, "audio_call": "false"}
    recording = {
        "recordingDate": "2026-11-25",
        "duration": "21.433000",
        "recording_url": "https://recordings.example/1",
    }
    data: dict[str, dict[str, Any]] = {
        "call-started": {"created_at": now_s},
        "call-participant-joined": {"occupant": occupant},
        "call-participant-left": {"occupant": {**occupant, "left_at": now_s}},
        "call-ended": {"created_at": now_s - 60, "destroyed_at": now_s, "all_occupants": [occupant]},
        "recording-generated": recording,
    }
    return {
        name: {
            "trigger": name.replace("-", "_"),
            "data": {**fields, "sessionId": call(f"webhook-{name}", now_ms).session_id},
            "type": "call",
        }
        for name, fields in data.items()
    }


def _refused(now_ms: int) -> dict[str, Webhook]:
    brief = cometchat.webhook("brief", call("webhook-refused", now_ms), WEBHOOK)
    documented = cometchat.webhook("documented", call("webhook-refused", now_ms), WEBHOOK)
    without_caller = _changed(brief, "initiator", uid=None)
    return {
        "no-credentials": Webhook(brief.body, {"Content-Type": "application/json"}),
        "wrong-signature": Webhook(brief.body, {**brief.headers, "X-CometChat-Signature": "0" * 64}),
        "wrong-password": Webhook(documented.body, {**documented.headers, "Authorization": "Basic Y29tZXRjaGF0Ong="}),
        # One that is right does not make up for one that is wrong.
        "one-of-two-credentials-wrong": Webhook(
            brief.body, {**brief.headers, "Authorization": "Basic Y29tZXRjaGF0Ong="}
        ),
        "body-changed-after-signing": Webhook(brief.body.replace(b'"bob"', b'"eve"'), brief.headers),
        "not-json": cometchat.signed(b"not JSON", WEBHOOK),
        "no-caller": cometchat.signed(json.dumps(without_caller).encode(), WEBHOOK),
    }


def _documented(body: dict[str, Any]) -> Webhook:
    text = json.dumps({"appId": "239414efb0e4882a", "region": "us", "webhook": "voip-push", **body})
    return cometchat.with_basic_authentication(text.encode(), WEBHOOK)


def _changed(webhook: Webhook, name: str, **fields: object) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(webhook.body)
    body["data"][name] |= fields
    return body
