"""The way of a call, without a call: the end of one that nobody made, from the webhook to the calls table."""

import json
import secrets
import time
from collections.abc import Iterator
from typing import Any

import httpx

from ops.calls import webhooks
from ops.doctor.findings import Finding, Ok, Problem, ProblemCode
from ops.stack.deployed import DeployedStack
from ops.stack.secrets import NoWebhookCredentials, read_webhook_credentials

_NOTED_WITHIN_S = 15.0
_POLL_S = 0.3


def end_to_end(stack: DeployedStack) -> Iterator[Finding]:
    try:
        credentials = read_webhook_credentials(stack)
    except NoWebhookCredentials:
        return  # which `webhook_secret` has said
    session_id = f"doctor-{secrets.token_hex(12)}"
    try:
        answer = webhooks.post(stack, webhooks.authenticated(_end_of(session_id), credentials))
    except httpx.TransportError as error:
        yield Problem(
            ProblemCode.WEBHOOK_REFUSES,
            f"{stack.webhook_url} does not answer: {error}",
            "from CometChat's side it may look the same: is the stack's HTTP API there?",
        )
        return
    if answer.status != 200:
        yield Problem(
            ProblemCode.WEBHOOK_REFUSES,
            f"the webhook answers {answer.status} {answer.text} to the credentials in its secret",
            "401: try again in a minute, it may still have older ones; 503: the queue's policy, or the log of webhook; "
            "404: deploy again",
        )
        return
    started = time.monotonic()
    while not _is_noted(stack, session_id):
        if time.monotonic() - started > _NOTED_WITHIN_S:
            yield Problem(
                ProblemCode.CALLS_NOT_PICKED_UP,
                f"the webhook has queued a message, and after {_NOTED_WITHIN_S:.0f} s push had not worked on it",
                "if the event source is enabled: the log of push, its errors and its throttles",
            )
            return
        time.sleep(_POLL_S)
    yield Ok(f"the webhook answered in {answer.took_ms:.0f} ms, and what it queued was worked on")


def _is_noted(stack: DeployedStack, session_id: str) -> bool:
    response: Any = stack.client("dynamodb").query(
        TableName=stack.tables.calls,
        ConsistentRead=True,
        KeyConditionExpression="#call = :call",
        ExpressionAttributeNames={"#call": "call"},
        ExpressionAttributeValues={":call": {"S": f"session#{session_id}"}},
    )
    return bool(response["Items"])


def _end_of(session_id: str) -> bytes:
    call = {
        "id": "1",
        "conversationId": "doctor_user_doctor",
        "sender": "doctor",
        "receiverType": "user",
        "receiver": "doctor",
        "type": "audio",
        "data": {"action": "ended", "entities": {"on": {"entity": {"sessionid": session_id}}}},
        "sentAt": int(time.time()),
    }
    return json.dumps({"trigger": "call_ended", "data": {"call": call}}).encode()
