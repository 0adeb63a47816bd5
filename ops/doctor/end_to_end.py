"""The path of a call, without a ring: a call to a user who has no phone, from the webhook to push's log."""

import secrets
from collections.abc import Iterator

import httpx

from ops.calls import webhooks
from ops.calls.tracker import CallTracker, TrackedCall
from ops.doctor.findings import Finding, Ok, Problem, ProblemCode
from ops.errors import DeletionScheduled, NoWebhookCredentials
from ops.stack.deployed import DeployedStack
from ops.stack.secrets import read_webhook_credentials
from shared.call_results import CallResult

CALLER = "doctor"
_WITHIN_S = 8.0
_IN_AWS_WITHIN_S = 45.0

_BY_STATUS = {
    401: "make doctor in a minute: the webhook may still have the former credentials; if it stays, its role can't read "
    "the secret",
    404: "make deploy: the HTTP API has lost its route",
    429: "API Gateway console, the API, stage $default: somebody has lowered the throttling of POST /webhooks/call",
    503: "make logs ERRORS=1: the webhook's log says why it could not accept it",
}


def end_to_end(stack: DeployedStack) -> Iterator[Finding]:
    try:
        credentials = read_webhook_credentials(stack)
    except (NoWebhookCredentials, DeletionScheduled):
        return  # which `webhook_secret` has said
    call = webhooks.new_call(CALLER, f"{CALLER}-{secrets.token_hex(6)}", "audio")
    shape: webhooks.Shape = "documented" if credentials.username else "signed"
    tracker = CallTracker(stack, timeout_s=_WITHIN_S if stack.is_local else _IN_AWS_WITHIN_S)
    sent = webhooks.marked_as_test(webhooks.webhook(shape, call, credentials), CALLER)
    try:
        tracked = tracker.wait(webhooks.post(stack, sent))
    except httpx.TransportError as error:
        yield Problem(
            ProblemCode.WEBHOOK_REFUSES,
            f"{stack.webhook_url} does not answer: {error}",
            "CometChat may see the same: API Gateway console, is the stack's HTTP API there?",
        )
        return
    yield _judged(tracked)


def _judged(tracked: TrackedCall) -> Finding:
    answer = tracked.answer
    if answer.status != 200:
        return Problem(
            ProblemCode.WEBHOOK_REFUSES,
            f"the webhook answers {answer.status} {answer.text} to the credentials in its secret",
            _BY_STATUS.get(answer.status, "make logs ERRORS=1: the webhook's log says why"),
        )
    if tracked.settled is None:
        return Problem(
            ProblemCode.CALLS_NOT_PICKED_UP,
            "the webhook has queued a test call, and push has not settled it",
            "make logs ERRORS=1: the errors of push; its throttles are in ThrottlesAlarm",
        )
    result = tracked.settled.fields["result"]
    if result != CallResult.NO_DEVICE:
        return Problem(
            ProblemCode.CALLS_NOT_PICKED_UP,
            f"push settled a test call to a user without a phone as {result!r}, not as {CallResult.NO_DEVICE.value!r}",
            "make logs ERRORS=1",
        )
    return Ok(f"the webhook answered in {answer.took_ms:.0f} ms, and push worked on what it queued")
