"""CometChat's REST API on this machine, as far as group calls need it: who is in which group.

GET  /v3/groups/{guid}/members?page=1&perPage=100   as CometChat answers it
POST /v3/groups/{guid}/members {"participants": ["bob", "carol"]}
"""

import json
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit

from local.contract import CometChatApi
from local.http_server import Answer, Request, serve

_MEMBERS = re.compile(r"/v3/groups/([a-z0-9_-]{1,100})/members")
_DEFAULT_PAGE = 100
_MAX_PAGE = 1_000


@contextmanager
def serve_cometchat_api() -> Iterator[CometChatApi]:
    key = secrets.token_hex(20)
    groups: dict[str, dict[str, None]] = {}  # their members in the order in which they came

    def answer(request: Request) -> Answer:
        parts = urlsplit(request.path)
        members_of = _MEMBERS.fullmatch(parts.path)
        if request.headers.get("apikey") != key:
            return _error(401, "AUTH_ERR_APIKEY_NOT_FOUND")
        if not members_of:
            return _error(404, "ERR_NOT_FOUND")
        guid = members_of[1]
        if request.method == "POST":
            groups.setdefault(guid, {}).update(dict.fromkeys(json.loads(request.body)["participants"]))
            return Answer(200, {"data": {}})
        if guid not in groups:
            return _error(404, "ERR_GUID_NOT_FOUND")
        return Answer(200, _page(list(groups[guid]), parse_qs(parts.query)))

    with serve(answer) as url:
        yield CometChatApi(f"{url}/v3", key)


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


def _error(status: int, code: str) -> Answer:
    return Answer(status, {"error": {"message": code, "devMessage": code, "source": "chat-api", "code": code}})
