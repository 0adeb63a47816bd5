"""The HTTP API's Lambda authorizer: decides by identity alone, never by route.

API Gateway caches the answer per Authorization header for 60 s, for all routes.
"""

import os
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from authorizer.config import Config
from authorizer.identity import Unauthorized, identify
from authorizer.jwks import Jwks, JwksUnavailable
from shared.clock import now_ms
from shared.observability import logger, metrics, reported
from shared.settings import ConfigurationError

_REFUSED = {"isAuthorized": False}


def _configure() -> tuple[Config, Jwks] | None:
    # Without its settings it must still answer, namely no; if it failed at init, API Gateway would answer 500.
    try:
        config = Config.read(os.environ)
    except ConfigurationError as error:
        logger.error("nobody can register a device", extra={"reason": str(error)})
        return None
    return config, Jwks(config.jwks_url, now_ms)


_configured = _configure()


@reported
def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    logger.append_keys(correlation_id=event["requestContext"]["requestId"])
    if _configured is None:
        return _refuse("AuthorizerNotConfigured", "not configured")
    config, jwks = _configured
    authorization = next((value for name, value in event["headers"].items() if name.lower() == "authorization"), "")
    try:
        uid = identify(authorization, jwks, config)
    except Unauthorized as refusal:
        return _refuse("TokensRefused", str(refusal))
    except JwksUnavailable as problem:
        return _refuse("JwksUnavailable", str(problem))
    return {"isAuthorized": True, "context": {"uid": uid}}


def _refuse(metric: str, reason: str) -> dict[str, Any]:
    metrics.add_metric(metric, MetricUnit.Count, 1)
    logger.warning("token refused", extra={"reason": reason})
    return _REFUSED
