"""Auth tokens on the stand-in of CometChat's API."""

from typing import Any

import httpx

from ops.stack.description import StackDescription


def auth_tokens(stack: StackDescription, method: str, uid: str, token: str = "") -> Any:
    """CometChat's REST API, as the app's backend uses it."""
    api = stack.cometchat_api
    path = f"/users/{uid}/auth_tokens" + (f"/{token}" if token else "")
    headers = {"apikey": api.rest_api_key}
    return httpx.request(method, f"{api.url}{path}", headers=headers, trust_env=False).raise_for_status().json()["data"]
