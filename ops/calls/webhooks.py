"""Acts as CometChat: its webhooks and how it signs them."""

import hashlib
import hmac
import json
import secrets
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

import httpx

from ops.stack.description import WebhookCredentials

type CallType = Literal["audio", "video"]
type Shape = Literal["signed", "documented", "custom"]

_APP_ID = "239414efb0e4882a"
_REGION = "us"
# CometChat waits for 2 s. We wait longer, to measure how long a slow answer takes.
_TIMEOUT_S = 30


@dataclass(frozen=True, slots=True)
class Call:
    caller: str
    callee: str
    """A user's uid, or the guid of a group."""
    type: CallType
    session_id: str
    sent_at_ms: int
    to_group: bool = False

    @property
    def conversation_id(self) -> str:
        return f"group_{self.callee}" if self.to_group else f"{self.caller}_user_{self.callee}"

    @property
    def receiver_type(self) -> str:
        return "group" if self.to_group else "user"


class Receiver(Protocol):
    """Where webhooks are posted: a stack, or its description."""

    @property
    def webhook_url(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Webhook:
    body: bytes
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class WebhookResponse:
    status: int
    body: dict[str, Any]
    """Empty if what came back is not a JSON object."""
    text: str
    sent_at_ms: float
    took_ms: float

    @property
    def correlation_id(self) -> str | None:
        """Finds the call in the logs; None if it was not queued."""
        return self.body.get("correlation_id") if self.status == 200 else None


def new_call(
    caller: str, callee: str, call_type: CallType, *, to_group: bool = False, shape: Shape = "documented"
) -> Call:
    """Session ids are UUIDs in signed webhooks, and of CometChat's own form in the others."""
    now_ms = time.time_ns() // 1_000_000
    own_id = f"v1.{_REGION}.{_APP_ID}.{now_ms // 1000}{secrets.token_hex(20)}"
    return Call(caller, callee, call_type, str(uuid.uuid4()) if shape == "signed" else own_id, now_ms, to_group)


def webhook(shape: Shape, call: Call, credentials: WebhookCredentials) -> Webhook:
    """The webhook that starts the call, with the credential that belongs to its shape."""
    return _SHAPES[shape](call, credentials)


def webhooks(shape: Shape, call: Call, members: Sequence[str], credentials: WebhookCredentials) -> list[Webhook]:
    """All webhooks that start the call: a custom provider gets one for each member of a group."""
    if shape == "custom" and call.to_group:
        return [custom_provider(call, uid, "initiated", credentials) for uid in members if uid != call.caller]
    return [webhook(shape, call, credentials)]


def example(credentials: WebhookCredentials) -> Webhook:
    """The documented example of a signed webhook, byte for byte."""
    return signed((Path(__file__).parent / "call_initiated.json").read_bytes().rstrip(b"\n"), credentials)


def signed(body: bytes, credentials: WebhookCredentials) -> Webhook:
    """`X-CometChat-Signature`: hex HMAC-SHA256 of the raw body."""
    signature = hmac.new(credentials.hmac_secret.encode(), body, hashlib.sha256).hexdigest()
    return Webhook(body, {"Content-Type": "application/json", "X-CometChat-Signature": signature})


def with_basic_authentication(body: bytes, credentials: WebhookCredentials) -> Webhook:
    """As CometChat documents it."""
    authorization = httpx.BasicAuth(credentials.username, credentials.password)
    request = next(authorization.auth_flow(httpx.Request("POST", "http://localhost")))
    return Webhook(body, {"Content-Type": "application/json", "Authorization": request.headers["Authorization"]})


def authenticated(body: bytes, credentials: WebhookCredentials) -> Webhook:
    """Signed if the secret has an HMAC key, else with the password."""
    return signed(body, credentials) if credentials.hmac_secret else with_basic_authentication(body, credentials)


def marked_as_test(sent: Webhook, by: str) -> Webhook:
    """Counted apart from CometChat's own, if the credentials are right."""
    return Webhook(sent.body, {**sent.headers, "X-Voip-Push-Test": by})


def post(receiver: Receiver, sent: Webhook) -> WebhookResponse:
    """Raises `httpx.TransportError`."""
    url = receiver.webhook_url
    # The shell's proxy may be the only way to AWS, but must not be used for this machine.
    with httpx.Client(trust_env=url.startswith("https:"), timeout=_TIMEOUT_S) as client:
        sent_at_ms = time.time() * 1000
        started = time.perf_counter()
        response = client.post(url, content=sent.body, headers=sent.headers)
        took_ms = (time.perf_counter() - started) * 1000
    try:
        body = response.json()
    except ValueError:
        body = None
    return WebhookResponse(
        response.status_code, body if isinstance(body, dict) else {}, response.text, sent_at_ms, took_ms
    )


def _signed_call(call: Call, credentials: WebhookCredentials) -> Webhook:
    return signed_call(call, "call_initiated", credentials)


def signed_call(call: Call, trigger: str, credentials: WebhookCredentials) -> Webhook:
    data = {
        "id": call.session_id,
        "sessionId": call.session_id,
        "type": call.type,
        "initiator": {"uid": call.caller, "name": _name(call.caller)},
        "receiver": {"uid": call.callee, "name": _name(call.callee)},
        "receiverType": call.receiver_type,
    }
    return signed(to_json({"trigger": trigger, "data": data}), credentials)


def _documented(call: Call, credentials: WebhookCredentials) -> Webhook:
    return signalled(call, "initiated", call.caller, call.callee, call.sent_at_ms, credentials)


def signalled(call: Call, action: str, by: str, other: str, at_ms: int, credentials: WebhookCredentials) -> Webhook:
    """CometChat's `call_<action>` (calls/webhooks-ringing in its documentation), sent `by` one user to the other."""
    entities = {
        "by": {"entity": {"uid": by, "name": _name(by)}, "entityType": "user"},
        "for": {"entity": {"uid": other, "name": _name(other)}, "entityType": call.receiver_type},
        "on": {
            "entity": {
                "sessionid": call.session_id,
                "status": action,
                "type": call.type,
                "initiatedAt": call.sent_at_ms // 1000,
                "sender": call.caller,
                "receiver": call.callee,
            },
            "entityType": "call",
        },
    }
    message = {
        "id": _message_id(at_ms),
        "conversationId": call.conversation_id,
        "sender": by,
        "receiverType": call.receiver_type,
        "receiver": other,
        "category": "call",
        "type": call.type,
        "data": {"action": action, "entities": entities},
        "sentAt": at_ms // 1000,
        "updatedAt": at_ms // 1000,
    }
    return from_cometchat(f"call_{action}", {"call": message}, credentials)


def _custom_provider(call: Call, credentials: WebhookCredentials) -> Webhook:
    return custom_provider(call, call.callee, "initiated", credentials)


def custom_provider(call: Call, to_uid: str, action: str, credentials: WebhookCredentials) -> Webhook:
    """What CometChat posts to a "custom provider" of push notifications, once for each recipient."""
    details = {
        "title": _name(call.caller),
        "body": f"{call.type.upper()} CALL",
        "sender": call.caller,
        "senderName": _name(call.caller),
        "receiver": call.callee,
        "receiverName": _name(call.callee),
        "receiverType": call.receiver_type,
        "tag": _message_id(call.sent_at_ms),
        "conversationId": call.conversation_id,
        "type": "call",
        "callAction": action,
        "sessionId": call.session_id,
        "callType": call.type,
        "sentAt": str(call.sent_at_ms),
    }
    data = {"to": {"uid": to_uid}, "notificationDetails": details}
    return from_cometchat("push-notification-payload-generated", data, credentials, webhook_id="custom")


def from_cometchat(
    trigger: str, data: object, credentials: WebhookCredentials, *, webhook_id: str = "voip-push", **more: str
) -> Webhook:
    body = {"trigger": trigger, "data": data, **more, "appId": _APP_ID, "region": _REGION, "webhook": webhook_id}
    return with_basic_authentication(to_json(body), credentials)


_SHAPES: dict[Shape, Callable[[Call, WebhookCredentials], Webhook]] = {
    "signed": _signed_call,
    "documented": _documented,
    "custom": _custom_provider,
}


def _name(uid: str) -> str:
    return uid.capitalize()


def _message_id(at_ms: int) -> str:
    """CometChat's ids of messages grow with time."""
    return str(at_ms % 10**10)


def to_json(value: object) -> bytes:
    return json.dumps(value).encode()
