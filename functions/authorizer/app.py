"""The HTTP API's Lambda authorizer. It decides by identity alone, never by route.

API Gateway caches the result per Authorization header for 60 s, for all routes. It caches no failure: while the issuer
or CometChat is unreachable a phone gets a 500 and may try again.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from authorizer.config import CometChatConfig, Config
from authorizer.errors import CometChatUnavailable, JwksUnavailable, Unauthorized
from authorizer.identity import Verifier, identify
from authorizer.jwks import Jwks
from authorizer.jwts import Jwts
from shared.clock import now_ms
from shared.errors import ConfigurationError, HandlerFailed
from shared.log_messages import LogMessage
from shared.observability import count, logger, reported


@dataclass(frozen=True, slots=True)
class Verifiers:
    """None means that this kind of token is not accepted."""

    jwts: Verifier | None
    cometchat: Verifier | None


def _configure() -> Verifiers | None:
    # Without settings it refuses everybody. If it failed at init instead, API Gateway would answer 500.
    try:
        config = Config.read(os.environ)
    except ConfigurationError as error:
        logger.error(LogMessage.AUTHORIZER_NOT_CONFIGURED, extra={"reason": str(error)})
        return None
    return Verifiers(
        jwts=Jwts(config.jwt, Jwks(config.jwt.jwks_url, now_ms)) if config.jwt else None,
        cometchat=_cometchat_tokens(config.cometchat) if config.cometchat else None,
    )


def _cometchat_tokens(config: CometChatConfig) -> Verifier:
    # Imported only where these tokens are accepted: botocore takes half of the cold start.
    from authorizer.cometchat_tokens import CometChatTokens
    from shared import aws, time_limits
    from shared.secrets import Secret

    client = aws.client("secretsmanager", time_limits.READ_SECRET)
    return CometChatTokens(config.api_url, Secret(client, config.api_secret_arn, now_ms), now_ms)


_verifiers = _configure()


@reported
def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    logger.append_keys(correlation_id=event["requestContext"]["requestId"])
    if _verifiers is None:
        return _refuse("AuthorizerNotConfigured", "not configured")
    headers = event.get("headers") or {}
    authorization = next((value for name, value in headers.items() if name.lower() == "authorization"), "")
    try:
        uid = identify(authorization, jwts=_verifiers.jwts, cometchat=_verifiers.cometchat)
    except Unauthorized as refusal:
        compared = {"expected": refusal.expected, "received": refusal.received} if refusal.expected else {}
        return _refuse("TokensRefused", str(refusal), **compared)
    except (JwksUnavailable, CometChatUnavailable) as problem:
        metric = "JwksUnavailable" if isinstance(problem, JwksUnavailable) else "CometChatTokensUnavailable"
        count(metric)
        logger.error(LogMessage.CREDENTIAL_NOT_CHECKED, extra={"reason": metric, "detail": str(problem)})
        raise HandlerFailed(metric) from None
    return {"isAuthorized": True, "context": {"uid": uid}}


def _refuse(metric: str, reason: str, **details: str) -> dict[str, Any]:
    count(metric)
    logger.warning(LogMessage.CREDENTIAL_REFUSED, extra={"reason": reason, **details})
    return {"isAuthorized": False}
