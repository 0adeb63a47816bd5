"""POST /webhooks/call: CometChat announces a call, or its end."""

import os
from collections.abc import Mapping
from functools import cache
from typing import Any

from shared import aws, time_limits
from shared.call_ends_table import DynamoCallEnds
from shared.call_keys import call_hash
from shared.clock import now_ms
from shared.errors import InvalidBody, SecretUnavailable, UnreadableBody, UnusableSecret
from shared.http import Request, json_response
from shared.log_messages import LogMessage
from shared.observability import count, logger, report, reported
from shared.secrets import Secret
from webhook.call_ends import EndReceived
from webhook.cometchat import Ignored
from webhook.config import Config
from webhook.credentials import Stage
from webhook.errors import BodyTooLarge, QueueUnavailable, RefusalReason, Refused
from webhook.marked_posts import posted_by
from webhook.queue import SqsCallsQueue
from webhook.receive import MAX_BODY_BYTES, Received, authenticate, receive
from webhook.secret import WebhookSecret

REFUSAL_METRICS: dict[RefusalReason, str] = {
    "no credential": "WebhooksWithoutCredential",
    "wrong signature": "WebhooksWrongSignature",
    "wrong basic credentials": "WebhooksWrongBasic",
}
END_METRICS = {"noted": "CallEndsNoted", "queued": "CallEndsQueued", "too late": "CallEndsTooLate"}
END_MESSAGES = {
    "noted": LogMessage.CALL_END_NOTED,
    "queued": LogMessage.CALL_END_QUEUED,
    "too late": LogMessage.CALL_END_TOO_LATE,
}
SECRET_VERSION_METRICS: dict[Stage, str] = {
    "current": "WebhooksByCurrentSecret",
    "previous": "WebhooksByPreviousSecret",
}

_config = Config.read(os.environ)
# CometChat waits 2 s for the answer: two tries at the queue, or one at the table and one at the queue. The secret is
# nearly always at hand.
_queue = SqsCallsQueue(aws.client("sqs", time_limits.SEND_CALL), _config.calls_queue_url)
_secret = WebhookSecret(
    Secret(
        aws.client("secretsmanager", time_limits.READ_SECRET),
        _config.webhook_secret_arn,
        now_ms,
    )
)


@reported
def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    logger.append_keys(correlation_id=event["requestContext"]["requestId"])
    try:
        authentic = authenticate(Request.from_event(event), _secret)
        program = posted_by(authentic.request)
        _tally(SECRET_VERSION_METRICS[authentic.authenticated_with], program)
        received = receive(authentic, _queue, _call_ends, ring_ms=_config.ring_ms)
    except Refused as refusal:
        count(REFUSAL_METRICS[refusal.reason])
        # Zeros, so that an alarm can tell whether any webhook was accepted meanwhile.
        for metric in SECRET_VERSION_METRICS.values():
            count(metric, 0)
        return _refused("WebhooksUnauthorized", 401, "the credentials are missing or wrong", reason=refusal.reason)
    except BodyTooLarge:
        return _refused("WebhooksMalformed", 413, f"the body must be at most {MAX_BODY_BYTES} bytes")
    except UnreadableBody:
        return _refused("WebhooksMalformed", 400, "the body must be base64, as the request says it is")
    except InvalidBody as problem:
        return _refused("WebhooksInvalid", 400, str(problem), field=problem.field)
    except UnusableSecret as problem:
        count("WebhookSecretUnusable")
        return _not_accepted(problem)
    except (SecretUnavailable, QueueUnavailable) as problem:
        return _not_accepted(problem)
    return _accepted(received, program)


@cache
def _call_ends() -> DynamoCallEnds:
    """Made at the first end of a call: a cold environment that gets a call does not wait for it."""
    client = aws.client("dynamodb", time_limits.WRITE_CALL_END)
    return DynamoCallEnds(client, _config.calls_table)


def _tally(metric: str, program: str) -> None:
    """What doctor and smoke post is no webhook of CometChat's."""
    if not program:
        count(metric)


def _accepted(received: Received, program: str) -> dict[str, Any]:
    about: dict[str, Any] = {"posted_by": program} if program else {}
    if received.ignored_fields:
        count("WebhookFieldsIgnored", len(received.ignored_fields))
        about["ignored_fields"] = list(received.ignored_fields)
    match received.outcome:
        case Ignored() as ignored:
            return _ignored(ignored, program, about)
        case EndReceived() as ended:
            return _end_received(ended, program, about)
        case call:
            if program:
                count("TestCallsQueued")
            else:
                count("CallsQueued")
            report(logger.info, LogMessage.CALL_QUEUED, call=call_hash(call), **about)
            return json_response(200, result="queued", correlation_id=call.correlation_id)


def _ignored(ignored: Ignored, program: str, about: Mapping[str, Any]) -> dict[str, Any]:
    _tally("WebhooksIgnored", program)
    trigger = {"trigger": ignored.trigger} if ignored.trigger else {}
    report(logger.info, LogMessage.WEBHOOK_IGNORED, reason=ignored.reason, **trigger, **about)
    return json_response(200, result="ignored", reason=ignored.reason)


def _end_received(received: EndReceived, program: str, about: Mapping[str, Any]) -> dict[str, Any]:
    _tally(END_METRICS[received.result], program)
    if received.is_early:
        count("AnswersTooEarly")
    # A zero, so that an alarm can tell whether ends come without calls.
    count("CallsQueued", 0)
    problem = {"detail": received.problem} if received.problem else {}
    log = logger.warning if received.problem else logger.info
    event = received.call_ended
    report(log, END_MESSAGES[received.result], call=call_hash(event), trigger=event.trigger, **problem, **about)
    return json_response(200, result=received.result, correlation_id=event.correlation_id)


def _not_accepted(problem: Exception) -> dict[str, Any]:
    count("WebhooksUnavailable")
    report(logger.error, LogMessage.WEBHOOK_NOT_ACCEPTED, reason=type(problem).__name__, detail=str(problem))
    return json_response(503, error="try again")


def _refused(metric: str, status: int, error: str, **details: str) -> dict[str, Any]:
    count(metric)
    report(logger.warning, LogMessage.WEBHOOK_REFUSED, status=status, error=error, **details)
    body = {"field": details["field"]} if details.get("field") else {}
    return json_response(status, error=error, **body)
