"""Whose JWT this is."""

from dataclasses import dataclass
from typing import Protocol

import jwt
from jwt import PyJWK

from authorizer.config import JwtConfig
from authorizer.identity import Unauthorized
from authorizer.jwks import UnknownKey
from shared.uids import normalised_uid

LEEWAY_S = 10


class Keys(Protocol):
    def key(self, key_id: str) -> PyJWK: ...


@dataclass(frozen=True, slots=True)
class Jwts:
    config: JwtConfig
    keys: Keys

    def uid_of(self, token: str) -> str:
        """Raises `Unauthorized`, or `JwksUnavailable` when the issuer's keys can't be had."""
        config = self.config
        try:
            key_id = jwt.get_unverified_header(token).get("kid")
            if not isinstance(key_id, str):
                raise Unauthorized("the JWT names no key")
            claims = jwt.decode(
                token,
                self.keys.key(key_id),
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
