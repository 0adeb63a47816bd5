"""CometChat's management API on this machine, as far as `make cometchat-webhook` uses it.

GET, POST       /apps/{appId}/webhooks
PUT             /apps/{appId}/webhooks/{id}
GET, POST       /apps/{appId}/webhooks/{id}/triggers

A webhook made without `X-Webhook-Version: 2` is a legacy one and takes no call triggers.
"""

import json
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from local.services.http_server import Request, Response, serve

_PATH = re.compile(r"/apps/([A-Za-z0-9]+)/webhooks(?:/([A-Za-z0-9]+)(/triggers)?)?(?:\?.*)?")


@dataclass
class ManagementApiServer:
    """What it holds, and how it behaves. Its answers never show a webhook's credentials."""

    app_id: str = "2779abc"
    key: str = field(default_factory=lambda: secrets.token_hex(20))
    secret: str = field(default_factory=lambda: secrets.token_hex(20))
    webhooks: dict[str, dict[str, Any]] = field(default_factory=dict)
    triggers: dict[str, list[str]] = field(default_factory=dict)
    refused_triggers: set[str] = field(default_factory=set)
    """CometChat's documentation leaves open whether its API takes all that the dashboard has."""
    shows_retries: bool = False
    """Whether a webhook is shown with `retryOnFailure`, which is not documented."""
    requests: list[Request] = field(default_factory=list)

    def response(self, request: Request) -> Response:
        self.requests.append(request)
        if (request.headers.get("key"), request.headers.get("secret")) != (self.key, self.secret):
            return _error(401, "ERR_UNAUTHORIZED", "the key or the secret is wrong")
        path = _PATH.fullmatch(request.path)
        if not path or path[1] != self.app_id:
            return _error(404, "ERR_APP_NOT_FOUND", "no such app")
        webhook_id, of_triggers = path[2], path[3]
        if webhook_id and webhook_id not in self.webhooks:
            return _error(404, "ERR_WEBHOOK_NOT_FOUND", "no such webhook")
        body = json.loads(request.body) if request.body else {}
        if of_triggers:
            return self._triggers(request.method, webhook_id, body)
        if request.method == "GET":
            return Response(200, {"data": [self._shown(each) for each in self.webhooks], "meta": {}})
        return self._write(request, webhook_id or body["id"], body)

    def _write(self, request: Request, webhook_id: str, body: dict[str, Any]) -> Response:
        if request.method == "POST" and webhook_id in self.webhooks:
            return _error(400, "ERR_WEBHOOK_ALREADY_EXISTS", "there is one with this id")
        legacy = request.headers.get("x-webhook-version") != "2"
        old = self.webhooks.get(webhook_id, {"legacy": legacy, "enabled": False, "retryOnFailure": False})
        self.webhooks[webhook_id] = {**old, **body}
        self.triggers.setdefault(webhook_id, [])
        return Response(200, {"data": self._shown(webhook_id)})

    def _triggers(self, method: str, webhook_id: str, body: dict[str, Any]) -> Response:
        if method == "GET":
            shown = [{"id": trigger, "description": ""} for trigger in self.triggers[webhook_id]]
            return Response(200, {"data": shown, "meta": {}})
        return Response(200, {"data": {trigger: self._add(webhook_id, trigger) for trigger in body["triggerIds"]}})

    def _add(self, webhook_id: str, trigger: str) -> dict[str, Any]:
        if trigger in self.refused_triggers or self.webhooks[webhook_id]["legacy"]:
            return {"success": False, "message": "unknown trigger"}
        if trigger not in self.triggers[webhook_id]:
            self.triggers[webhook_id].append(trigger)
        return {"success": True, "message": "added"}

    def _shown(self, webhook_id: str) -> dict[str, Any]:
        webhook = self.webhooks[webhook_id]
        names = ["name", "webhookURL", "enabled", *(["retryOnFailure"] if self.shows_retries else [])]
        return {"id": webhook_id, **{name: webhook[name] for name in names}}


@contextmanager
def serve_management_api(server: ManagementApiServer) -> Iterator[str]:
    """Yields its URL."""
    with serve(server.response) as url:
        yield url


def _error(status: int, code: str, message: str) -> Response:
    return Response(status, {"error": {"code": code, "message": message}})
