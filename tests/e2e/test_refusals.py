"""What the webhook refuses, over HTTP against the deployed stack: the right status, and nothing queued."""

import base64
import json
from collections.abc import Callable

import httpx
import pytest

from apns_simulator import SimulatorClient
from ops.calls import webhooks
from ops.calls.webhooks import Webhook
from ops.stack import emulated_aws
from ops.stack.description import StackDescription
from tests.support.stack.webhook_api import post

type Change = Callable[[Webhook], Webhook]

SIGNATURE = "X-CometChat-Signature"


def signature(change: Callable[[str], str]) -> Change:
    return lambda sent: Webhook(sent.body, {**sent.headers, SIGNATURE: change(sent.headers[SIGNATURE])})


def basic(credentials: str) -> Change:
    encoded = base64.b64encode(credentials.encode()).decode()
    return lambda sent: Webhook(sent.body, {"Authorization": f"Basic {encoded}"})


def header(name: str, value: str) -> Change:
    return lambda sent: Webhook(sent.body, {**sent.headers, name: value})


UNAUTHORIZED: dict[str, Change] = {
    "no credential": lambda sent: Webhook(sent.body, {}),
    "wrong signature": signature(lambda right: "0" * 64),
    "truncated signature": signature(lambda right: right[:-1]),
    "empty signature": signature(lambda right: ""),
    "non-ASCII signature": signature(lambda right: "é" + right[1:]),
    "changed byte": lambda sent: Webhook(sent.body.replace(b"Alice", b"Mlice"), sent.headers),
    "added byte": lambda sent: Webhook(sent.body + b" ", sent.headers),
    "wrong user": basic("nobody:nothing"),
    "no colon": basic("nobody"),
    "bearer": lambda sent: Webhook(sent.body, {"Authorization": "Bearer abc"}),
    "right signature, wrong password": header("Authorization", "Basic bm9ib2R5Om5vdGhpbmc="),
}

BODIES: dict[str, tuple[bytes, int, str | None]] = {
    "not JSON": (b"{", 400, None),
    "empty": (b"", 400, None),
    "an array": (b"[]", 400, None),
    "not UTF-8": (b"\xff\xfe", 400, None),
    "NaN": (b'{"trigger": NaN}', 400, "trigger"),
    "deep": (b"[" * 50_000, 400, None),
    "no trigger": (b"{}", 400, "trigger"),
    "no data": (b'{"trigger": "call_initiated"}', 400, "data"),
    "no receiver": (
        json.dumps(
            {"trigger": "call_initiated", "data": {"sessionId": "s", "type": "audio", "initiator": {"uid": "a"}}}
        ).encode(),
        400,
        "data.receiver",
    ),
    "too large": (b'{"trigger": "' + b"x" * 65_536 + b'"}', 413, None),
}


def messages(stack: StackDescription) -> int:
    sqs = emulated_aws.client("sqs", stack.aws_endpoint_url)
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    urls = (stack.queues.calls, stack.queues.dead_letters)
    attributes = [sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"] for url in urls]
    return sum(int(each[name]) for each in attributes for name in names)


def pushes(stack: StackDescription) -> int:
    assert stack.apns.control_url
    return SimulatorClient(stack.apns.control_url).counters()["pushes"]


@pytest.mark.parametrize("change", UNAUTHORIZED.values(), ids=UNAUTHORIZED.keys())
def test_a_wrong_credential_gets_401_and_queues_nothing(stack: StackDescription, change: Change) -> None:
    before = messages(stack), pushes(stack)

    response = post(stack, change(webhooks.example(stack.webhook)))

    assert response.status_code == 401
    assert response.json() == {"error": "the credentials are missing or wrong"}
    assert (messages(stack), pushes(stack)) == before


@pytest.mark.parametrize(("body", "status", "field"), BODIES.values(), ids=BODIES.keys())
def test_a_wrong_body_is_named_and_queues_nothing(
    stack: StackDescription, body: bytes, status: int, field: str | None
) -> None:
    before = messages(stack), pushes(stack)

    # As bytes, which API Gateway hands on as base64; of what is called JSON it makes text before anybody can check it.
    response = post(stack, header("Content-Type", "application/octet-stream")(webhooks.signed(body, stack.webhook)))

    assert response.status_code == status
    assert response.json().get("field") == field
    assert (messages(stack), pushes(stack)) == before


@pytest.mark.parametrize("name", ["x-cometchat-signature", "X-COMETCHAT-SIGNATURE", "x-CometChat-signature"])
def test_the_case_of_the_headers_name_does_not_matter(stack: StackDescription, name: str) -> None:
    sent = webhooks.signed(b'{"trigger": "meeting_started"}', stack.webhook)

    response = post(stack, Webhook(sent.body, {name: sent.headers[SIGNATURE]}))

    assert response.status_code == 200


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_other_methods_lead_nowhere(stack: StackDescription, method: str) -> None:
    with httpx.Client(trust_env=False, timeout=30) as client:
        assert client.request(method, stack.webhook_url).status_code in (404, 405)
