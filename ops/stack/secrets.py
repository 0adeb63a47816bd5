"""Reads and writes a stack's secrets; the stack's outputs have their ARNs."""

import json
import secrets
import string

from ops.errors import DeletionScheduled, NoWebhookCredentials
from ops.stack.deployed import DeployedStack
from ops.stack.description import WebhookCredentials
from webhook.credentials import Credentials
from webhook.errors import MalformedCredentials

_ALPHANUMERIC = string.ascii_letters + string.digits


def read_secret(stack: DeployedStack, output: str) -> str:
    """The current version's text; empty until somebody fills it. Raises `DeletionScheduled`."""
    client = stack.client("secretsmanager")
    try:
        text: str = client.get_secret_value(SecretId=stack.output(output)).get("SecretString") or ""
    except client.exceptions.ResourceNotFoundException:
        # What Secrets Manager says of a secret that was created without a value.
        return ""
    except client.exceptions.InvalidRequestException as error:
        if "deletion" not in str(error) and "deleted" not in str(error):
            raise
        raise DeletionScheduled(stack.output(output)) from error
    return text


def write_secret(stack: DeployedStack, output: str, value: object) -> None:
    """Writes a new current version; the former one becomes AWSPREVIOUS."""
    stack.client("secretsmanager").put_secret_value(SecretId=stack.output(output), SecretString=json.dumps(value))


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


def new_webhook_credentials(*, with_hmac: bool) -> WebhookCredentials:
    """A signature is checked only if the secret holds a key for it: one that CometChat sent would refuse every call."""
    # CometChat takes only letters and digits in the username and the password.
    return WebhookCredentials(
        hmac_secret=secrets.token_hex(32) if with_hmac else "",
        username=random_text(_ALPHANUMERIC, 16),
        password=random_text(_ALPHANUMERIC, 32),
    )


def random_text(alphabet: str, length: int) -> str:
    return "".join(secrets.choice(alphabet) for _ in range(length))
