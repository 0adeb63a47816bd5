"""The credentials in a stack's webhook secret."""

import json

from local.contract import WebhookCredentials
from local.deployed_stack import DeployedStack
from local.errors import LocalError
from local.secret_value import read_secret
from webhook.credentials import Credentials, MalformedCredentials


class NoWebhookCredentials(LocalError):
    """The secret is empty, or what it holds can't be used."""


def read_webhook_credentials(stack: DeployedStack) -> WebhookCredentials:
    """Raises `NoWebhookCredentials`."""
    text = read_secret(stack, "WebhookSecretArn")
    if not text:
        raise NoWebhookCredentials("the webhook secret is empty: make webhook-secret fills it")
    try:
        Credentials.parse(text)
    except MalformedCredentials as error:
        raise NoWebhookCredentials(f"{error}; make webhook-secret ROTATE=1 replaces what is there") from error
    value = json.loads(text)
    return WebhookCredentials(*(value.get(name, "") for name in ("hmac_secret", "username", "password")))
