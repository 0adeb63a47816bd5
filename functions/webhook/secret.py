"""The credentials in Secrets Manager: the current version, and the one before it while a rotation is under way."""

from typing import Protocol

from shared.secrets import Secret
from webhook.credentials import Credentials
from webhook.errors import MalformedCredentials, NoCredentials

# A warm environment accepts a leaked credential for at most this long after both versions were replaced.
CACHE_TTL_MS = 60_000


class Versions(Protocol):
    def current(self, *, max_age_ms: int = CACHE_TTL_MS) -> Credentials: ...
    def previous(self, *, max_age_ms: int = CACHE_TTL_MS) -> Credentials | None: ...


class WebhookSecret:
    def __init__(self, secret: Secret) -> None:
        self._secret = secret

    def current(self, *, max_age_ms: int = CACHE_TTL_MS) -> Credentials:
        """Raises `NoCredentials`, `MalformedCredentials` or `SecretUnavailable`."""
        return self._secret.parsed(_parse, max_age_ms=max_age_ms)

    def previous(self, *, max_age_ms: int = CACHE_TTL_MS) -> Credentials | None:
        """None if there is none. Raises `SecretUnavailable`."""
        text = self._secret.value("AWSPREVIOUS", max_age_ms=max_age_ms)
        try:
            return Credentials.parse(text) if text else None
        except MalformedCredentials:
            # A broken version that has been replaced is no reason to refuse anybody.
            return None


def _parse(text: str) -> Credentials:
    if not text:
        raise NoCredentials("the webhook secret is empty; put the credentials of the CometChat dashboard into it")
    return Credentials.parse(text)
