"""/voip-tokens: phones register and remove their device tokens."""

import os
from collections.abc import Mapping
from typing import Any

from shared import aws, time_limits
from shared.clock import now_ms
from shared.device_tokens import device_hash
from shared.errors import InvalidBody, UnreadableBody
from shared.http import Request, json_response
from shared.log_messages import LogMessage
from shared.observability import count, logger, reported
from tokens.config import Config
from tokens.errors import ForeignUid, RegistryUnavailable, TooManyNewDevices
from tokens.registry import DynamoRegistry, Registry
from tokens.requests import parse_registration, parse_token

_config = Config.read(os.environ)
# An answer normally takes milliseconds. A phone that gets a 503 after three seconds can try again; one that waits for
# API Gateway's 30 s may have been suspended by then.
_client = aws.client("dynamodb", time_limits.REGISTER_DEVICE)
_registry: Registry = DynamoRegistry(_client, _config.devices_table, now_ms)


@reported
def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    logger.append_keys(correlation_id=event["requestContext"]["requestId"])
    # From the authorizer, never from the request's body.
    uid = event["requestContext"]["authorizer"]["lambda"]["uid"]
    try:
        match event["routeKey"]:
            case "PUT /voip-tokens" | "POST /voip-tokens":
                return _register(uid, Request.from_event(event))
            case "DELETE /voip-tokens/{token}":
                return _remove(uid, event["pathParameters"]["token"])
            case "DELETE /voip-tokens":
                return _remove_all(uid)
            case unknown:
                return json_response(404, error=f"no such route: {unknown}")
    except UnreadableBody:
        return json_response(400, error="the body must be valid base64")
    except InvalidBody as problem:
        logger.warning(LogMessage.REQUEST_REFUSED, extra={"field": problem.field, "expected": problem.expected})
        return json_response(400, error=str(problem), field=problem.field)
    except ForeignUid:
        logger.warning(LogMessage.REQUEST_REFUSED, extra={"field": "uid"})
        return json_response(403, error="uid must be omitted, or be the uid of the signed-in user", field="uid")
    except TooManyNewDevices as problem:
        count("DevicesOverDailyCap")
        logger.warning(LogMessage.REQUEST_REFUSED, extra={"uid": uid, "reason": "too many new devices today"})
        refusal = json_response(429, error="this user has registered too many new devices today; see Retry-After")
        refusal["headers"]["retry-after"] = str(problem.retry_after_s)
        return refusal
    except RegistryUnavailable as problem:
        logger.error(LogMessage.DEVICES_UNAVAILABLE, extra={"detail": str(problem)})
        return json_response(503, error="try again")


def _register(uid: str, request: Request) -> dict[str, Any]:
    registration = parse_registration(request.body, uid, _config)
    device = _registry.register(uid, registration.token, registration.environment, registration.topic)
    count("DevicesRegistered")
    logger.info(
        LogMessage.DEVICE_REGISTERED,
        extra={"uid": uid, "device": device_hash(device.token), "environment": device.environment},
    )
    return json_response(
        200,
        result="registered",
        environment=device.environment,
        topic=device.topic,
        expires_at=device.expires_at_s,
    )


def _remove(uid: str, token: str) -> dict[str, Any]:
    token = parse_token(token)
    _registry.remove(uid, token)
    count("DevicesRemoved")
    logger.info(LogMessage.DEVICE_REMOVED, extra={"uid": uid, "device": device_hash(token)})
    return json_response(200, result="removed")


def _remove_all(uid: str) -> dict[str, Any]:
    removed = _registry.remove_all(uid)
    count("DevicesRemoved", removed)
    logger.info(LogMessage.ALL_DEVICES_REMOVED, extra={"uid": uid, "count": removed})
    return json_response(200, result="removed", count=removed)
