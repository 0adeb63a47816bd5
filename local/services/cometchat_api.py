"""CometChat's REST API on this machine, as far as the stack needs it: members of groups and auth tokens.

GET    /v3/groups/{guid}/members?page=1&perPage=100   as CometChat answers it
POST   /v3/groups/{guid}/members {"participants": ["bob", "carol"]}
POST   /v3/users/{uid}/auth_tokens
GET    /v3/users/{uid}/auth_tokens/{authToken}
DELETE /v3/users/{uid}/auth_tokens/{authToken}
"""

import json
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit

from local.services.http_server import Request, Response, serve
from ops.stack.description import CometChatApi

_MEMBERS = re.compile(r"/v3/groups/([a-z0-9_-]{1,100})/members")
_AUTH_TOKENS = re.compile(r"/v3/users/([a-z0-9_-]{1,100})/auth_tokens(?:/([a-z0-9_-]+))?")
_DEFAULT_PAGE = 100
_MAX_PAGE = 1_000


@contextmanager
def serve_cometchat_api() -> Iterator[CometChatApi]:
    key = secrets.token_hex(20)
    groups: dict[str, dict[str, None]] = {}  # their members in the order in which they came
    auth_tokens: dict[str, str] = {}

    def response(request: Request) -> Response:
        parts = urlsplit(request.path)
        if request.headers.get("apikey") != key:
            return _error(401, "AUTH_ERR_APIKEY_NOT_FOUND")
        if members_of := _MEMBERS.fullmatch(parts.path):
            return _members(request, groups, members_of[1], parse_qs(parts.query))
        if tokens_of := _AUTH_TOKENS.fullmatch(parts.path):
            return _auth_tokens(request, auth_tokens, tokens_of[1], tokens_of[2])
        return _error(404, "ERR_NOT_FOUND")

    with serve(response) as url:
        yield CometChatApi(f"{url}/v3", key)


def _members(request: Request, groups: dict[str, dict[str, None]], guid: str, query: dict[str, list[str]]) -> Response:
    if request.method == "POST":
        groups.setdefault(guid, {}).update(dict.fromkeys(json.loads(request.body)["participants"]))
        return Response(200, {"data": {}})
    if guid not in groups:
        return _error(404, "ERR_GUID_NOT_FOUND")
    return Response(200, _page(list(groups[guid]), query))


def _auth_tokens(request: Request, auth_tokens: dict[str, str], uid: str, token: str | None) -> Response:
    if token is None and request.method == "POST":
        token = f"{uid}_{int(time.time())}{secrets.token_hex(15)}"
        auth_tokens[token] = uid
    if token is None or auth_tokens.get(token) != uid:
        return _error(404, "AUTH_ERR_AUTH_TOKEN_NOT_FOUND")
    if request.method == "DELETE":
        del auth_tokens[token]
    return Response(200, {"data": {"uid": uid, "authToken": token, "createdAt": int(time.time())}})


def _page(members: list[str], query: dict[str, list[str]]) -> object:
    page = int(query.get("page", ["1"])[0])
    per_page = min(int(query.get("perPage", [str(_DEFAULT_PAGE)])[0]), _MAX_PAGE)
    shown = members[(page - 1) * per_page : page * per_page]
    pagination = {
        "total": len(members),
        "count": len(shown),
        "per_page": per_page,
        "current_page": page,
        "total_pages": -(-len(members) // per_page),
    }
    return {"data": [{"uid": uid, "scope": "participant"} for uid in shown], "meta": {"pagination": pagination}}


def _error(status: int, code: str) -> Response:
    return Response(status, {"error": {"message": code, "devMessage": code, "source": "chat-api", "code": code}})
