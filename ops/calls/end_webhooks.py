"""Acts as CometChat: webhooks that say a call was answered, declined, cancelled or has ended."""

from collections.abc import Sequence

from ops.calls import webhooks
from ops.calls.webhooks import Call, Shape, Webhook
from ops.stack.description import WebhookCredentials


def cancelled(
    shape: Shape, call: Call, members: Sequence[str], at_ms: int, credentials: WebhookCredentials
) -> list[Webhook]:
    """The caller has hung up before an answer. The webhooks have the same shape as the call's."""
    match shape:
        case "signed":
            return [webhooks.signed_call(call, "call_cancelled", credentials)]
        case "custom":
            uids = [uid for uid in members if uid != call.caller] if call.to_group else [call.callee]
            return [webhooks.custom_provider(call, uid, "cancelled", credentials) for uid in uids]
        case "documented":
            return [webhooks.signalled(call, "cancelled", call.caller, call.callee, at_ms, credentials)]


def rejected(call: Call, by: str, at_ms: int, credentials: WebhookCredentials) -> Webhook:
    """`call_rejected`, which CometChat sends for calls between two users only."""
    return webhooks.signalled(call, "rejected", by, call.caller, at_ms, credentials)


def answered(call: Call, by: str, at_ms: int, credentials: WebhookCredentials) -> list[Webhook]:
    """`call_started` and `call_participant_joined` of the media servers: there is no trigger for the answer itself."""
    at_s = at_ms // 1000
    occupant = {"joined_at": at_s, "audio_call": str(call.type == "audio").lower(), "name": by.capitalize(), "uid": by}
    return [
        _media("call_started", {"created_at": at_s, "sessionId": call.session_id}, credentials),
        _media("call_participant_joined", {"occupant": occupant, "sessionId": call.session_id}, credentials),
    ]


def ended(call: Call, at_ms: int, credentials: WebhookCredentials) -> Webhook:
    """`call_ended`: everybody has left the call."""
    return _media("call_ended", {"destroyed_at": at_ms // 1000, "sessionId": call.session_id}, credentials)


def _media(trigger: str, data: object, credentials: WebhookCredentials) -> Webhook:
    return webhooks.from_cometchat(trigger, data, credentials, type="call")
