"""Who may post webhooks: an HMAC over the raw body, and CometChat's documented Basic authentication."""

import base64
import binascii
import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Self

from shared.fields import is_unicode
from webhook.errors import MalformedCredentials, Refused

SIGNATURE_HEADER = "x-cometchat-signature"

# GitHub and senders modelled on it write the prefix, C# and Java upper-case digits.
_SIGNATURE = re.compile(r"(?:sha256=)?([0-9a-fA-F]{64})")

type Stage = Literal["current", "previous"]


@dataclass(frozen=True, slots=True, repr=False)
class Credentials:
    """One version of the secret. Whichever kind it holds is accepted."""

    hmac_secret: bytes | None
    basic: bytes | None
    """`username:password`"""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Reads `{"hmac_secret": ..., "username": ..., "password": ...}`, either kind or both."""
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, dict):
            raise MalformedCredentials("the webhook secret must be a JSON object")
        fields = [value.get(name, "") for name in ("hmac_secret", "username", "password")]
        if not all(isinstance(field, str) and is_unicode(field) for field in fields):
            raise MalformedCredentials("hmac_secret, username and password must be strings")
        hmac_secret, username, password = fields
        if bool(username) != bool(password) or ":" in username or not (hmac_secret or username):
            raise MalformedCredentials(
                "the webhook secret must hold hmac_secret, or username and password, or all three"
            )
        return cls(hmac_secret.encode() or None, f"{username}:{password}".encode() if username else None)


def presents_any(headers: Mapping[str, str]) -> bool:
    """Whether there is a credential of any kind, configured or not."""
    return SIGNATURE_HEADER in headers or "authorization" in headers


def verify(headers: Mapping[str, str], body: bytes, versions: Sequence[Credentials]) -> None:
    """Raises `Refused` unless a credential of a configured kind is presented and every one presented is right.

    `headers` have lower-case names; `versions` are the current secret and, where that refuses, the one before it too.
    """
    secrets = [version.hmac_secret for version in versions if version.hmac_secret is not None]
    basics = [version.basic for version in versions if version.basic is not None]
    signature = headers.get(SIGNATURE_HEADER) if secrets else None
    authorization = headers.get("authorization") if basics else None
    if signature is None and authorization is None:
        raise Refused("no credential")
    if signature is not None and not _signature_matches(signature, body, secrets):
        raise Refused("wrong signature")
    if authorization is not None and not _basic_matches(authorization, basics):
        raise Refused("wrong basic credentials")


def _signature_matches(signature: str, body: bytes, secrets: Sequence[bytes]) -> bool:
    found = _SIGNATURE.fullmatch(signature)
    if not found:
        return False
    return _any_equal(bytes.fromhex(found[1]), (hmac.digest(secret, body, "sha256") for secret in secrets))


def _basic_matches(authorization: str, basics: Sequence[bytes]) -> bool:
    """RFC 7617: the scheme's case does not matter, then base64 of username, colon, password."""
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return False
    try:
        presented = base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError):
        return False
    # Digests have one length, so the time taken does not tell how long the right one is.
    return _any_equal(hashlib.sha256(presented).digest(), (hashlib.sha256(basic).digest() for basic in basics))


def _any_equal(presented: bytes, expected: Iterable[bytes]) -> bool:
    # All are compared, so that the time taken does not tell which version matched.
    return any([hmac.compare_digest(presented, candidate) for candidate in expected])
