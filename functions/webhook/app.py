"""POST /webhooks/call: CometChat says that somebody is being called, or no longer is."""

import os
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from shared import aws
from shared.call_events import CallRinging
from shared.call_keys import call_hash
from shared.clock import now_ms
from shared.fields import InvalidBody
from shared.http import Request, UnreadableBody, answer
from shared.observability import logger, metrics
from shared.secrets import Secret, SecretUnavailable
from webhook.cometchat import Ignored
from webhook.config import Config
from webhook.credentials import MalformedCredentials, Refused
from webhook.queue import QueueUnavailable, SqsCallsQueue
from webhook.receive import MAX_BODY_BYTES, BodyTooLarge, receive
from webhook.secret import NoCredentials, WebhookSecret

_config = Config.read(os.environ)
# CometChat waits 2 s for the answer: two tries at the queue, and the secret is nearly always at hand.
_queue = SqsCallsQueue(
    aws.client("sqs", connect_timeout_s=0.3, read_timeout_s=0.5, attempts=2), _config.calls_queue_url
)
_secret = WebhookSecret(
    Secret(
        aws.client("secretsmanager", connect_timeout_s=0.3, read_timeout_s=0.5, attempts=2),
        _config.webhook_secret_arn,
        now_ms,
    )
)


@metrics.log_metrics
def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    logger.append_keys(correlation_id=event["requestContext"]["requestId"])
    try:
        outcome = receive(Request.from_event(event), _secret, _queue)
    except Refused as refusal:
        return _refused("WebhooksUnauthorized", 401, "the credentials are missing or wrong", reason=refusal.reason)
    except BodyTooLarge:
        return _refused("WebhooksInvalid", 413, f"the body must be at most {MAX_BODY_BYTES} bytes")
    except UnreadableBody:
        return _refused("WebhooksInvalid", 400, "the body must be base64, as the request says it is")
    except InvalidBody as problem:
        return _refused("WebhooksInvalid", 400, str(problem), field=problem.field)
    except (NoCredentials, MalformedCredentials, SecretUnavailable, QueueUnavailable) as problem:
        metrics.add_metric("WebhooksUnavailable", MetricUnit.Count, 1)
        logger.error("webhook not taken", extra={"reason": type(problem).__name__, "detail": str(problem)})
        return answer(503, error="try again")
    if isinstance(outcome, Ignored):
        metrics.add_metric("WebhooksIgnored", MetricUnit.Count, 1)
        logger.info("webhook ignored", extra={"reason": outcome.reason})
        return answer(200, result="ignored", reason=outcome.reason)
    ringing = isinstance(outcome, CallRinging)
    metrics.add_metric("CallsQueued" if ringing else "CallsOverQueued", MetricUnit.Count, 1)
    logger.info("call queued" if ringing else "end of call queued", extra={"call": call_hash(outcome)})
    return answer(200, result="queued", correlation_id=outcome.correlation_id)


def _refused(metric: str, status: int, error: str, **details: str) -> dict[str, Any]:
    metrics.add_metric(metric, MetricUnit.Count, 1)
    logger.warning("webhook refused", extra={"status": status, "error": error, **details})
    body = {"field": details["field"]} if details.get("field") else {}
    return answer(status, error=error, **body)
