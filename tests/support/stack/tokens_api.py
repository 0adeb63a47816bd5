"""The tokens API of the deployed stack."""

import httpx

from ops.stack.description import StackDescription


def request(
    stack: StackDescription, method: str, path: str = "", *, jwt: str | None, body: object = None
) -> httpx.Response:
    headers = {"Authorization": f"Bearer {jwt}"} if jwt else {}
    with httpx.Client(trust_env=False, timeout=30) as client:
        return client.request(method, stack.tokens_url + path, json=body, headers=headers)
