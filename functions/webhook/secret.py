"""The credentials in Secrets Manager: the current version, and the one before it while a rotation is under way."""

from collections.abc import Sequence

from shared.secrets import KEEP_MS, Secret
from webhook.credentials import Credentials, MalformedCredentials


class NoCredentials(Exception):
    """The secret has no value yet, so nobody can be let in."""


class WebhookSecret:
    def __init__(self, secret: Secret) -> None:
        self._secret = secret

    def versions(self, *, max_age_ms: int = KEEP_MS) -> Sequence[Credentials]:
        """Raises `NoCredentials`, `MalformedCredentials` or `SecretUnavailable`."""
        current = self._secret.value("AWSCURRENT", max_age_ms=max_age_ms)
        if not current:
            raise NoCredentials("the webhook secret is empty; put the credentials of the CometChat dashboard into it")
        return [Credentials.parse(current), *self._previous(max_age_ms)]

    def _previous(self, max_age_ms: int) -> Sequence[Credentials]:
        previous = self._secret.value("AWSPREVIOUS", max_age_ms=max_age_ms)
        try:
            return [Credentials.parse(previous)] if previous else []
        except MalformedCredentials:
            # A broken version that has been replaced is no reason to refuse anybody.
            return []
