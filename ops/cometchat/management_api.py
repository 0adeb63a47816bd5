"""CometChat's management API, as far as webhooks go (rest-api/management-apis/webhooks in its documentation)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import httpx

from ops.errors import InvalidSetting, ManagementApiFailed

HOST = "https://apimgmt.cometchat.io"
_TIMEOUT_S = 15
_PER_PAGE = 100
_APP_ID = re.compile(r"[A-Za-z0-9]{1,50}")
_VARIABLES = ("COMETCHAT_APP_ID", "COMETCHAT_MANAGEMENT_KEY", "COMETCHAT_MANAGEMENT_SECRET")


@dataclass(frozen=True, slots=True)
class ManagementKey:
    """Not the app's REST key: CometChat gives it to a customer on request."""

    app_id: str
    key: str = field(repr=False)
    secret: str = field(repr=False)
    url: str = HOST

    @classmethod
    def from_environment(cls, variables: Mapping[str, str]) -> Self | None:
        """None without any of the variables. Raises `InvalidSetting` if some are missing."""
        app_id, key, secret = values = [variables.get(name, "").strip() for name in _VARIABLES]
        if not any(values):
            return None
        if not all(values):
            raise InvalidSetting(f"{', '.join(_VARIABLES)}: all three are needed, or none")
        if not _APP_ID.fullmatch(app_id):
            raise InvalidSetting("COMETCHAT_APP_ID must be letters and digits, as the CometChat dashboard shows it")
        return cls(app_id, key, secret, url=variables.get("COMETCHAT_MANAGEMENT_URL", HOST).rstrip("/"))


@dataclass(frozen=True, slots=True)
class Webhook:
    """`enabled` and `retry_on_failure` are None where CometChat does not say."""

    id: str
    name: str
    url: str
    enabled: bool | None = None
    retry_on_failure: bool | None = None


@dataclass(frozen=True, slots=True)
class WebhookSettings:
    name: str
    url: str
    username: str
    password: str = field(repr=False)


class ManagementApi:
    def __init__(self, key: ManagementKey) -> None:
        self._key = key
        self._webhooks_url = f"{key.url}/apps/{key.app_id}/webhooks"

    def webhooks(self) -> list[Webhook]:
        """All of the app; CometChat allows 25. Raises `ManagementApiFailed`, as all of these do."""
        found = self._ask("GET", f"?perPage={_PER_PAGE}").get("data")
        return [_webhook(each) for each in found or () if isinstance(each, dict)]

    def create(self, webhook_id: str, settings: WebhookSettings) -> None:
        self._ask("POST", "", {"id": webhook_id, **_body(settings)})

    def update(self, webhook_id: str, settings: WebhookSettings) -> None:
        self._ask("PUT", f"/{webhook_id}", _body(settings))

    def triggers(self, webhook_id: str) -> set[str]:
        found = self._ask("GET", f"/{webhook_id}/triggers?perPage={_PER_PAGE}").get("data")
        return {each["id"] for each in found or () if isinstance(each, dict) and isinstance(each.get("id"), str)}

    def add_trigger(self, webhook_id: str, trigger: str) -> str:
        """Empty if it was taken, else why not. Success is said for each trigger, in an answer with status 200."""
        try:
            answer = self._ask("POST", f"/{webhook_id}/triggers", {"triggerIds": [trigger]})
        except ManagementApiFailed as problem:
            return str(problem)
        result = (answer.get("data") or {}).get(trigger) or {}
        if result.get("success") is True:
            return ""
        return str(result.get("message") or "CometChat's answer does not name this trigger")

    def _ask(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        headers = {"key": self._key.key, "secret": self._key.secret, "X-Webhook-Version": "2"}
        # A proxy of the shell's may be the only way to CometChat, and is none to this machine.
        with httpx.Client(trust_env=self._key.url.startswith("https:"), timeout=_TIMEOUT_S) as client:
            response = client.request(method, f"{self._webhooks_url}{path}", json=body, headers=headers)
        if response.status_code in (401, 403):
            raise ManagementApiFailed("CometChat refuses the management key: check its key and its secret")
        try:
            answer = response.json()
        except ValueError:
            answer = None
        if not response.is_success or not isinstance(answer, dict):
            raise ManagementApiFailed(self._problem(response.status_code, answer))
        return answer

    def _problem(self, status: int, answer: object) -> str:
        error = answer.get("error") if isinstance(answer, dict) else None
        said = [str(error[name]) for name in ("code", "message") if error.get(name)] if isinstance(error, dict) else []
        if status == 404:
            said.append(f"there is no app {self._key.app_id}, or this management key may not manage it")
        return f"CometChat's management API answered {status}: {'; '.join(said) or 'nothing readable'}"


def _webhook(found: Mapping[str, Any]) -> Webhook:
    return Webhook(
        id=str(found.get("id", "")),
        name=str(found.get("name", "")),
        url=str(found.get("webhookURL", "")),
        enabled=_flag(found.get("enabled")),
        retry_on_failure=_flag(found.get("retryOnFailure")),
    )


def _flag(value: object) -> bool | None:
    return bool(value) if isinstance(value, bool | int) else None


def _body(settings: WebhookSettings) -> dict[str, object]:
    return {
        "name": settings.name,
        "webhookURL": settings.url,
        "useBasicAuth": True,
        "username": settings.username,
        "password": settings.password,
        "enabled": True,
        "retryOnFailure": True,
    }


def named(webhooks: Sequence[Webhook], webhook_id: str, url: str) -> Webhook | None:
    """The one with this id, else the one that posts to this address."""
    by_id = [each for each in webhooks if each.id == webhook_id]
    return next(iter(by_id + [each for each in webhooks if each.url == url]), None)
