"""The webhook URL of the deployed stack."""

import httpx

from ops.calls.webhooks import Webhook
from ops.stack.description import StackDescription


def post(stack: StackDescription, sent: Webhook) -> httpx.Response:
    headers = [(name.encode(), value.encode()) for name, value in sent.headers.items()]
    with httpx.Client(trust_env=False, timeout=30) as client:
        return client.post(stack.webhook_url, content=sent.body, headers=headers)
