"""Verifies a JWT and returns its user's uid."""

from dataclasses import dataclass
from typing import Any, Protocol

import jwt
from jwt import PyJWK

from authorizer.config import JwtConfig
from authorizer.errors import Unauthorized, UnknownKey
from shared.uids import normalised_uid

LEEWAY_S = 10
_MAX_SHOWN = 200


class Keys(Protocol):
    def key(self, key_id: str, algorithm: str) -> PyJWK: ...


@dataclass(frozen=True, slots=True)
class Jwts:
    config: JwtConfig
    keys: Keys

    def uid_of(self, token: str) -> str:
        """Raises `Unauthorized`, or `JwksUnavailable` when the issuer's keys can't be fetched."""
        try:
            claims = self._verified_claims(token)
        except UnknownKey as error:
            raise Unauthorized("the JWT's key is not one of the issuer's") from error
        except jwt.InvalidIssuerError as error:
            raise _mismatch(error, token, "iss", self.config.issuer) from error
        except jwt.InvalidAudienceError as error:
            raise _mismatch(error, token, "aud", self.config.audience) from error
        # Malformed input makes PyJWT raise some plain ValueErrors and TypeErrors, too.
        except (jwt.PyJWTError, ValueError, TypeError) as error:
            raise Unauthorized(type(error).__name__) from error
        uid = _uid(claims[self.config.uid_claim])
        if uid is None:
            raise Unauthorized(f"{self.config.uid_claim} is not a CometChat uid")
        return uid

    def _verified_claims(self, token: str) -> dict[str, Any]:
        config = self.config
        header = jwt.get_unverified_header(token)
        key_id, algorithm = header.get("kid"), header.get("alg")
        if not isinstance(key_id, str):
            raise Unauthorized("the JWT names no key")
        if algorithm not in config.algorithms:
            raise Unauthorized("the JWT's algorithm is not accepted here")
        return jwt.decode(
            token,
            self.keys.key(key_id, algorithm),
            algorithms=config.algorithms,
            issuer=config.issuer,
            audience=config.audience,
            leeway=LEEWAY_S,
            # The uid's claim is checked here, whatever its name; a `sub` that is not it may be anything.
            options={"require": ["exp", "iss", "aud", config.uid_claim], "verify_sub": False},
        )


def _mismatch(error: Exception, token: str, claim: str, expected: str) -> Unauthorized:
    """The signature has been verified by then: the claim is the issuer's own word."""
    received = jwt.decode(token, options={"verify_signature": False}).get(claim)
    return Unauthorized(type(error).__name__, expected=expected, received=str(received)[:_MAX_SHOWN])


def _uid(claim: object) -> str | None:
    """A user whose id is a number may have it as a number in the JWT; in CometChat a uid is text."""
    is_number = isinstance(claim, int) and not isinstance(claim, bool) and claim >= 0
    return normalised_uid(str(claim) if is_number else claim)
