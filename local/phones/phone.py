"""Acts as an iPhone: registers its device token, removes it, and asks whether a call still rings."""

import secrets
from dataclasses import dataclass
from typing import Any

import httpx

from local.errors import CallStateUnknown, NotRegistered
from local.phones.credentials import sign_jwt
from ops.stack.description import StackDescription
from shared.devices import ApnsEnvironment

_TIMEOUT_S = 30


@dataclass(frozen=True, slots=True)
class Phone:
    uid: str
    token: str
    environment: ApnsEnvironment | None = None
    """None: the service's default."""


def new_device_token() -> str:
    return secrets.token_hex(32)


def register(description: StackDescription, phone: Phone) -> dict[str, Any]:
    """Returns the tokens API's answer. Raises `NotRegistered` or `httpx.TransportError`."""
    body = {"token": phone.token, **({"environment": phone.environment} if phone.environment else {})}
    response = _request(description, phone, "PUT", description.tokens_url, body)
    answer: dict[str, Any] = response.json()
    return answer


def unregister(description: StackDescription, phone: Phone) -> None:
    """Raises `NotRegistered` or `httpx.TransportError`."""
    _request(description, phone, "DELETE", f"{description.tokens_url}/{phone.token}", None)


def call_state(description: StackDescription, uid: str, uuid: str) -> dict[str, Any] | None:
    """None if no call with this uuid rang this user. Raises `CallStateUnknown` or `httpx.TransportError`."""
    response = _send(description, uid, "GET", f"{description.calls_url}/{uuid}", None)
    if response.status_code == 404:
        return None
    if response.status_code != 200:
        raise CallStateUnknown(f"the call-state API answered {response.status_code}: {response.text}")
    state: dict[str, Any] = response.json()
    return state


def _request(description: StackDescription, phone: Phone, method: str, url: str, body: object) -> httpx.Response:
    response = _send(description, phone.uid, method, url, body)
    if response.status_code != 200:
        raise NotRegistered(f"the tokens API answered {method} with {response.status_code}: {response.text}")
    return response


def _send(description: StackDescription, uid: str, method: str, url: str, body: object) -> httpx.Response:
    headers = {"Authorization": f"Bearer {sign_jwt(description.jwt, uid)}"}
    with httpx.Client(trust_env=False, timeout=_TIMEOUT_S) as client:
        return client.request(method, url, json=body, headers=headers)
