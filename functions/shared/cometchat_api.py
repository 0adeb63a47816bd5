"""The key of CometChat's REST API, as it lies in Secrets Manager."""

import json

from shared.errors import RestApiKeyUnusable
from shared.secrets import Secret


def rest_api_key(secret: Secret) -> str:
    """From `{"rest_api_key": "..."}`. Raises `RestApiKeyUnusable` or `SecretUnavailable`."""
    return secret.parsed(_parse)


def _parse(text: str) -> str:
    try:
        key = json.loads(text)["rest_api_key"]
    except (ValueError, TypeError, KeyError, RecursionError):
        key = ""
    # Blanks around it come of copying.
    key = key.strip() if isinstance(key, str) else ""
    if not key or not key.isascii() or not key.isprintable() or " " in key:
        raise RestApiKeyUnusable('the secret with the REST key must be {"rest_api_key": "..."}')
    return key
