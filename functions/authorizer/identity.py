"""Finds out whose credential an Authorization header holds: a JWT or a CometChat auth token."""

import re
from typing import Protocol

from authorizer.errors import Unauthorized

MAX_TOKEN_BYTES = 8_192
# <uid>_<epoch seconds><30 hex digits>. Unlike a JWT it has no dots.
COMETCHAT_TOKEN = re.compile(r"([a-z0-9_-]{1,100})_[0-9a-f]{32,80}")


class Verifier(Protocol):
    def uid_of(self, token: str) -> str: ...


def identify(authorization: str, *, jwts: Verifier | None, cometchat: Verifier | None) -> str:
    """Returns the uid for `Authorization: Bearer <token>`.

    Raises `Unauthorized`, `JwksUnavailable` or `CometChatUnavailable`.
    """
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token or len(token) > MAX_TOKEN_BYTES:
        raise Unauthorized("not a bearer token")
    verifier = cometchat if COMETCHAT_TOKEN.fullmatch(token) else jwts
    if verifier is None:
        raise Unauthorized("this kind of token is not accepted here")
    return verifier.uid_of(token)
