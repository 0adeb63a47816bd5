"""What API Gateway hands to webhook: every trigger that CometChat documents for calls, and what is refused."""

import json
from typing import Any

from local.sample_events.calls import CALLER, call
from local.sample_events.credentials import UID, WEBHOOK
from local.sample_events.shapes import http_event
from ops.calls import webhooks
from ops.calls.webhooks import Call, Shape, Webhook

_ROUTE = "POST /webhooks/call"


def webhook_events(now_ms: int) -> dict[str, dict[str, Any]]:
    sent = (
        {f"webhook-{name}": webhook for name, webhook in _initiated(now_ms).items()}
        | {f"webhook-{name}": _documented(body) for name, body in _media_events(now_ms).items()}
        | {
            (name := f"webhook-call-{action}"): webhooks.signalled(
                call(name, now_ms), action, by, other, now_ms, WEBHOOK
            )
            for action, (by, other) in _SIGNALLED.items()
        }
        | {f"webhook-{name}": webhook for name, webhook in _refused(now_ms).items()}
    )
    events = {
        name: http_event(_ROUTE, now_ms, name=name, body=webhook.body, headers=webhook.headers)
        for name, webhook in sent.items()
    }
    in_base64 = "webhook-call-initiated-in-base64"
    signed_webhook = webhooks.webhook("signed", call(in_base64, now_ms, shape="signed"), WEBHOOK)
    events[in_base64] = http_event(
        _ROUTE, now_ms, name=in_base64, body=signed_webhook.body, headers=signed_webhook.headers, in_base64=True
    )
    not_base64 = "webhook-not-base64"
    broken = http_event(_ROUTE, now_ms, name=not_base64, body=b"{}", headers=signed_webhook.headers)
    return events | {not_base64: broken | {"isBase64Encoded": True}}


def _initiated(now_ms: int) -> dict[str, Webhook]:
    def of(name: str, shape: Shape = "documented", *, to_group: bool = False) -> Call:
        return call(f"webhook-{name}", now_ms, to_group=to_group, shape=shape)

    message = webhooks.webhook("custom", of("custom-provider-message"), WEBHOOK)
    return {
        "call-initiated-signed": webhooks.webhook("signed", of("call-initiated-signed", "signed"), WEBHOOK),
        "call-initiated-documented": webhooks.webhook("documented", of("call-initiated-documented"), WEBHOOK),
        "call-initiated-to-group": webhooks.webhook(
            "documented", of("call-initiated-to-group", to_group=True), WEBHOOK
        ),
        "custom-provider": webhooks.webhook("custom", of("custom-provider"), WEBHOOK),
        "custom-provider-cancelled": webhooks.custom_provider(
            of("custom-provider-cancelled"), UID, "cancelled", WEBHOOK
        ),
        "custom-provider-message": _documented(_changed(message, "notificationDetails", type="chat")),
    }


# Sender and other party; those of the callee have the parties flipped.
_SIGNALLED = {"cancelled": (CALLER, UID), "unanswered": (CALLER, UID), "rejected": (UID, CALLER), "busy": (UID, CALLER)}


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
    signed_call = webhooks.webhook("signed", call("webhook-refused", now_ms, shape="signed"), WEBHOOK)
    documented = webhooks.webhook("documented", call("webhook-refused", now_ms), WEBHOOK)
    without_caller = _changed(signed_call, "initiator", uid=None)
    return {
        "no-credentials": Webhook(signed_call.body, {"Content-Type": "application/json"}),
        "wrong-signature": Webhook(signed_call.body, {**signed_call.headers, "X-CometChat-Signature": "0" * 64}),
        "wrong-password": Webhook(documented.body, {**documented.headers, "Authorization": "Basic Y29tZXRjaGF0Ong="}),
        # A right credential does not make up for a wrong one.
        "one-of-two-credentials-wrong": Webhook(
            signed_call.body, {**signed_call.headers, "Authorization": "Basic Y29tZXRjaGF0Ong="}
        ),
        "body-changed-after-signing": Webhook(signed_call.body.replace(b'"bob"', b'"eve"'), signed_call.headers),
        "not-json": webhooks.signed(b"not JSON", WEBHOOK),
        "no-caller": webhooks.signed(json.dumps(without_caller).encode(), WEBHOOK),
    }


def _documented(body: dict[str, Any]) -> Webhook:
    text = json.dumps({"appId": "239414efb0e4882a", "region": "us", "webhook": "voip-push", **body})
    return webhooks.with_basic_authentication(text.encode(), WEBHOOK)


def _changed(webhook: Webhook, name: str, **fields: object) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(webhook.body)
    body["data"][name] |= fields
    return body
