"""Acting as CometChat: its webhooks and how it signs them."""

import hashlib
import hmac
import json
import secrets
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import httpx

from local.contract import Contract, WebhookCredentials
from local.paths import SAMPLES

type CallType = Literal["audio", "video"]
type Shape = Literal["brief", "documented", "custom"]

_APP_ID = "239414efb0e4882a"
_REGION = "us"
# CometChat itself waits for 2 s. We would rather see how long it really took.
_TIMEOUT_S = 30


@dataclass(frozen=True, slots=True)
class Call:
    caller: str
    callee: str
    type: CallType
    session_id: str
    sent_at_ms: int

    @property
    def conversation_id(self) -> str:
        return f"{self.caller}_user_{self.callee}"


@dataclass(frozen=True, slots=True)
class Webhook:
    body: bytes
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: dict[str, Any]
    """Empty if what came back is not a JSON object."""
    text: str
    sent_at_ms: float
    took_ms: float

    @property
    def correlation_id(self) -> str | None:
        """With which to find the call in the logs, if it was queued."""
        return self.body.get("correlation_id") if self.status == 200 else None


def new_call(caller: str, callee: str, call_type: CallType) -> Call:
    now_ms = time.time_ns() // 1_000_000
    session_id = f"v1.{_REGION}.{_APP_ID}.{now_ms // 1000}{secrets.token_hex(20)}"
    return Call(caller, callee, call_type, session_id, now_ms)


def webhook(shape: Shape, call: Call, credentials: WebhookCredentials) -> Webhook:
    """The webhook that says so, with the credential that goes with its shape."""
    return _SHAPES[shape](call, credentials)


def example_of_the_brief(credentials: WebhookCredentials) -> Webhook:
    """Byte for byte the brief's JSON."""
    return signed((SAMPLES / "call_initiated_brief.json").read_bytes().rstrip(b"\n"), credentials)


def signed(body: bytes, credentials: WebhookCredentials) -> Webhook:
    """As the brief's handler checks it: hex HMAC-SHA256 of the raw body."""
    signature = hmac.new(credentials.hmac_secret.encode(), body, hashlib.sha256).hexdigest()
    return Webhook(body, {"Content-Type": "application/json", "X-CometChat-Signature": signature})


def with_basic_authentication(body: bytes, credentials: WebhookCredentials) -> Webhook:
    """As CometChat documents it."""
    authorization = httpx.BasicAuth(credentials.username, credentials.password)
    request = next(authorization.auth_flow(httpx.Request("POST", "http://localhost")))
    return Webhook(body, {"Content-Type": "application/json", "Authorization": request.headers["Authorization"]})


def post(contract: Contract, sent: Webhook) -> Answer:
    """Raises `httpx.TransportError`."""
    with httpx.Client(trust_env=False, timeout=_TIMEOUT_S) as client:
        sent_at_ms = time.time() * 1000
        started = time.perf_counter()
        response = client.post(contract.webhook_url, content=sent.body, headers=sent.headers)
        took_ms = (time.perf_counter() - started) * 1000
    try:
        body = response.json()
    except ValueError:
        body = None
    return Answer(response.status_code, body if isinstance(body, dict) else {}, response.text, sent_at_ms, took_ms)


def _brief(call: Call, credentials: WebhookCredentials) -> Webhook:
    session_id = str(uuid.uuid5(uuid.NAMESPACE_OID, call.session_id))
    data = {
        "id": session_id,
        "sessionId": session_id,
        "type": call.type,
        "initiator": {"uid": call.caller, "name": _name(call.caller)},
        "receiver": {"uid": call.callee, "name": _name(call.callee)},
        "receiverType": "user",
    }
    return signed(_json({"trigger": "call_initiated", "data": data}), credentials)


def _documented(call: Call, credentials: WebhookCredentials) -> Webhook:
    """CometChat's own `call_initiated` (calls/webhooks-ringing in its documentation)."""
    sent_at_s = call.sent_at_ms // 1000
    entities = {
        "by": {"entity": {"uid": call.caller, "name": _name(call.caller)}, "entityType": "user"},
        "for": {"entity": {"uid": call.callee, "name": _name(call.callee)}, "entityType": "user"},
        "on": {
            "entity": {
                "sessionid": call.session_id,
                "status": "initiated",
                "type": call.type,
                "initiatedAt": sent_at_s,
                "sender": call.caller,
                "receiver": call.callee,
            },
            "entityType": "call",
        },
    }
    message = {
        "id": _message_id(call),
        "conversationId": call.conversation_id,
        "sender": call.caller,
        "receiverType": "user",
        "receiver": call.callee,
        "category": "call",
        "type": call.type,
        "data": {"action": "initiated", "entities": entities},
        "sentAt": sent_at_s,
        "updatedAt": sent_at_s,
    }
    body = {"trigger": "call_initiated", "data": {"call": message}, "appId": _APP_ID, "region": _REGION}
    return with_basic_authentication(_json({**body, "webhook": "voip-push"}), credentials)


def _custom_provider(call: Call, credentials: WebhookCredentials) -> Webhook:
    """What CometChat posts to a "custom provider" of push notifications."""
    details = {
        "title": _name(call.caller),
        "body": f"{call.type.upper()} CALL",
        "sender": call.caller,
        "senderName": _name(call.caller),
        "receiver": call.callee,
        "receiverName": _name(call.callee),
        "receiverType": "user",
        "tag": _message_id(call),
        "conversationId": call.conversation_id,
        "type": "call",
        "callAction": "initiated",
        "sessionId": call.session_id,
        "callType": call.type,
        "sentAt": str(call.sent_at_ms),
    }
    data = {"to": {"uid": call.callee}, "notificationDetails": details}
    body = {"trigger": "push-notification-payload-generated", "data": data, "appId": _APP_ID, "region": _REGION}
    return with_basic_authentication(_json({**body, "webhook": "custom"}), credentials)


_SHAPES: dict[Shape, Callable[[Call, WebhookCredentials], Webhook]] = {
    "brief": _brief,
    "documented": _documented,
    "custom": _custom_provider,
}


def _message_id(call: Call) -> str:
    """CometChat's grow with time, all over the app."""
    return str(call.sent_at_ms)


def _name(uid: str) -> str:
    return uid.capitalize()


def _json(value: object) -> bytes:
    return json.dumps(value).encode()
