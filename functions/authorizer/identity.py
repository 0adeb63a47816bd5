"""Whose credential an Authorization header holds: a JWT, or if that is accepted an auth token of CometChat's."""

from typing import Protocol

from authorizer.refusal import Unauthorized
from authorizer.token_shapes import COMETCHAT_TOKEN

MAX_TOKEN_BYTES = 8_192


class Verifier(Protocol):
    def uid_of(self, token: str) -> str: ...


def identify(authorization: str, *, jwts: Verifier | None, cometchat: Verifier | None) -> str:
    """The uid behind `Authorization: Bearer <token>`.

    Raises `Unauthorized`, `JwksUnavailable` or `CometChatUnavailable`.
    """
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token or len(token) > MAX_TOKEN_BYTES:
        raise Unauthorized("not a bearer token")
    verifier = cometchat if COMETCHAT_TOKEN.fullmatch(token) else jwts
    if verifier is None:
        raise Unauthorized("a kind of token that is not accepted here")
    return verifier.uid_of(token)
