"""Secrets of a stack, by the output that names them."""

import json

from local.deployed_stack import DeployedStack


def read_secret(stack: DeployedStack, output: str) -> str:
    """The current version's text; empty while nobody has filled it."""
    client = stack.client("secretsmanager")
    try:
        text: str = client.get_secret_value(SecretId=stack.output(output)).get("SecretString") or ""
    except client.exceptions.ResourceNotFoundException:
        # What Secrets Manager says of a secret that was created without a value.
        return ""
    return text


def write_secret(stack: DeployedStack, output: str, value: object) -> None:
    """A new current version; the one before it stays as the previous one."""
    stack.client("secretsmanager").put_secret_value(SecretId=stack.output(output), SecretString=json.dumps(value))
