"""What the local stack's CometChat sends."""

import base64
import hashlib
import hmac
import json
import uuid

import pytest

from ops.calls import end_webhooks, webhooks
from ops.stack.description import WebhookCredentials
from shared.call_events import CallEnded, CallRinging
from webhook.cometchat import parse
from webhook.receipt import Receipt

CREDENTIALS = WebhookCredentials(hmac_secret="s3cret", username="cometchat", password="pa55word")
CALL = webhooks.Call("alice", "bob", "video", "v1.us.app.1696934199abc", sent_at_ms=1_696_934_199_123)


def test_the_example_of_the_brief_is_its_json_byte_for_byte() -> None:
    webhook = webhooks.example(CREDENTIALS)

    # Of the customer's code block, without the line feed at its end.
    assert (
        hashlib.sha256(webhook.body).hexdigest() == "da6a2b054229c75a38be27d6629bb9fdca71283a3b01c2a43db975a5f64e4b06"
    )


def test_a_signature_is_the_hex_hmac_of_the_raw_body() -> None:
    body = b'{"trigger": "call_initiated"}'

    webhook = webhooks.signed(body, CREDENTIALS)

    assert webhook.body == body
    assert webhook.headers["X-CometChat-Signature"] == hmac.new(b"s3cret", body, hashlib.sha256).hexdigest()


def test_basic_authentication_is_username_and_password_in_base64() -> None:
    webhook = webhooks.with_basic_authentication(b"{}", CREDENTIALS)

    assert webhook.headers["Authorization"] == "Basic " + base64.b64encode(b"cometchat:pa55word").decode()


def test_the_shape_of_the_brief() -> None:
    webhook = webhooks.webhook("signed", CALL, CREDENTIALS)

    body = json.loads(webhook.body)
    assert body["trigger"] == "call_initiated"
    assert body["data"]["type"] == "video"
    assert body["data"]["initiator"] == {"uid": "alice", "name": "Alice"}
    assert body["data"]["receiver"] == {"uid": "bob", "name": "Bob"}
    assert body["data"]["sessionId"] == body["data"]["id"]
    assert "X-CometChat-Signature" in webhook.headers


def test_the_documented_shape() -> None:
    webhook = webhooks.webhook("documented", CALL, CREDENTIALS)

    body = json.loads(webhook.body)
    call = body["data"]["call"]
    assert body["trigger"] == "call_initiated"
    assert (call["sender"], call["receiver"], call["type"]) == ("alice", "bob", "video")
    assert call["sentAt"] == 1_696_934_199
    assert call["data"]["entities"]["on"]["entity"]["sessionid"] == CALL.session_id
    assert webhook.headers["Authorization"].startswith("Basic ")


def test_the_shape_of_a_custom_provider() -> None:
    webhook = webhooks.webhook("custom", CALL, CREDENTIALS)

    body = json.loads(webhook.body)
    details = body["data"]["notificationDetails"]
    assert body["trigger"] == "push-notification-payload-generated"
    assert body["data"]["to"] == {"uid": "bob"}
    assert details["sessionId"] == CALL.session_id
    assert details["sentAt"] == "1696934199123"
    assert webhook.headers["Authorization"].startswith("Basic ")


def test_a_signed_call_has_a_uuid_and_one_of_cometchats_its_own_session_id() -> None:
    signed, documented = (
        webhooks.new_call("alice", "bob", "audio", shape=shape).session_id for shape in ("signed", "documented")
    )

    assert str(uuid.UUID(signed)) == signed
    assert documented.startswith("v1.us.")


GROUP_CALL = webhooks.Call("alice", "friends", "video", "v1.us.app.1696934199abc", 1_696_934_199_123, to_group=True)
RECEIPT = Receipt(1_696_934_200_000, "correlation-id")


@pytest.mark.parametrize("shape", ["signed", "documented"])
def test_a_call_to_a_group_is_for_the_group(shape: webhooks.Shape) -> None:
    (webhook,) = webhooks.webhooks(shape, GROUP_CALL, ["bob", "carol"], CREDENTIALS)

    event = parse(webhook.body, RECEIPT).event
    assert isinstance(event, CallRinging)
    assert (event.receiver_type, event.receiver_uid, event.callee_uid) == ("group", "friends", "")


def test_a_custom_provider_is_told_for_each_member_but_the_caller() -> None:
    sent = webhooks.webhooks("custom", GROUP_CALL, ["alice", "bob", "carol"], CREDENTIALS)

    events = [parse(webhook.body, RECEIPT).event for webhook in sent]
    assert [isinstance(event, CallRinging) and event.callee_uid for event in events] == ["bob", "carol"]


def call_ends(sent: list[webhooks.Webhook]) -> list[tuple[str, str, str]]:
    """As the webhook function reads them: what happened, by whom, and whether it names the call."""
    events = [parse(webhook.body, RECEIPT).event for webhook in sent]
    return [(event.trigger, event.by_uid, event.session_id) for event in events if isinstance(event, CallEnded)]


@pytest.mark.parametrize("shape", ["signed", "documented", "custom"])
def test_a_call_is_cancelled_in_the_shape_in_which_it_came(shape: webhooks.Shape) -> None:
    webhooks = end_webhooks.cancelled(shape, CALL, [], CALL.sent_at_ms + 2_000, CREDENTIALS)

    by = "" if shape == "signed" else "alice"
    assert call_ends(webhooks) == [("cancelled", by, CALL.session_id)]


def test_a_group_call_of_a_custom_provider_is_cancelled_for_each_member() -> None:
    assert len(end_webhooks.cancelled("custom", GROUP_CALL, ["bob", "carol"], 0, CREDENTIALS)) == 2


def test_an_answer_a_refusal_and_the_end() -> None:
    at_ms = CALL.sent_at_ms + 2_000

    assert call_ends(end_webhooks.answered(CALL, "bob", at_ms, CREDENTIALS)) == [
        ("started", "", CALL.session_id),
        ("participant_joined", "bob", CALL.session_id),
    ]
    assert call_ends([end_webhooks.rejected(CALL, "bob", at_ms, CREDENTIALS)]) == [("rejected", "bob", CALL.session_id)]
    assert call_ends([end_webhooks.ended(CALL, at_ms, CREDENTIALS)]) == [("ended", "", CALL.session_id)]


def test_every_call_is_another_one() -> None:
    first, second = (webhooks.new_call("alice", "bob", "audio") for _ in range(2))

    assert first.session_id != second.session_id


@pytest.mark.parametrize(
    ("status", "body", "correlation_id"),
    [
        (200, {"result": "queued", "correlation_id": "abc"}, "abc"),
        (200, {"result": "ignored", "reason": "trigger"}, None),
        (401, {"error": "no", "correlation_id": "abc"}, None),
    ],
)
def test_only_a_queued_call_can_be_followed(status: int, body: dict[str, str], correlation_id: str | None) -> None:
    assert webhooks.WebhookResponse(status, body, "", 0, 0).correlation_id == correlation_id
