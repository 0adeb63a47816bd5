"""Whose JWT this is."""

from typing import Protocol

import jwt
from jwt import PyJWK

from authorizer.config import Config
from authorizer.jwks import UnknownKey
from shared.uids import normalised_uid

LEEWAY_S = 10
MAX_TOKEN_BYTES = 8_192


class Unauthorized(Exception):
    """The credential is missing or not valid. The message is for our log and quotes nothing of the credential."""


class Keys(Protocol):
    def key(self, key_id: str) -> PyJWK: ...


def identify(authorization: str, keys: Keys, config: Config) -> str:
    """The uid in the JWT of an `Authorization: Bearer <jwt>` header.

    Raises `Unauthorized`, or `JwksUnavailable` when the issuer's keys can't be had.
    """
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token or len(token) > MAX_TOKEN_BYTES:
        raise Unauthorized("not a bearer token")
    try:
        key_id = jwt.get_unverified_header(token).get("kid")
        if not isinstance(key_id, str):
            raise Unauthorized("the JWT names no key")
        claims = jwt.decode(
            token,
            keys.key(key_id),
            algorithms=config.algorithms,
            issuer=config.issuer,
            audience=config.audience,
            leeway=LEEWAY_S,
            options={"require": ["exp", "iss", "aud", config.uid_claim]},
        )
    except UnknownKey as error:
        raise Unauthorized("the JWT's key is not one of the issuer's") from error
    # Of malformed input PyJWT lets some through as plain ValueErrors and TypeErrors.
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise Unauthorized(type(error).__name__) from error
    uid = normalised_uid(claims[config.uid_claim])
    if uid is None:
        raise Unauthorized(f"{config.uid_claim} is not a CometChat uid")
    return uid
