"""Who is in a group, from CometChat's REST API."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol
from urllib.parse import quote

import httpx

from shared.cometchat_api import RestApiKeyUnusable, rest_api_key
from shared.secrets import Secret
from shared.uids import normalised_uid

# CometChat's own maximum of a page.
MAX_PAGE = 1_000
TIMEOUT_S = 2.0
RETRY_AFTER_S = 2


class MembersUnavailable(Exception):
    """CometChat can't say now. `retry_after_s` is its own advice, or ours."""

    def __init__(self, why: str, retry_after_s: int = RETRY_AFTER_S) -> None:
        super().__init__(why)
        self.retry_after_s = retry_after_s


class MembersRefused(Exception):
    """CometChat will not say, because the key or the group is wrong; the message has its error code."""


@dataclass(frozen=True, slots=True)
class Members:
    """`left_out` counts those beyond the limit, as far as CometChat says how many there are."""

    uids: list[str]
    left_out: int


class GroupMembers(Protocol):
    async def fetch(self, guid: str, *, without: str, limit: int) -> Members:
        """At most `limit` members and not the one `without`. Raises `MembersUnavailable` or `MembersRefused`."""
        ...


class CometChatGroupMembers:
    """`GET /groups/{guid}/members`, page by page."""

    def __init__(self, url: str, key: Secret) -> None:
        """`url` is `https://<app id>.api-<region>.cometchat.io/v3`; the secret holds `{"rest_api_key": "..."}`."""
        self._url = url
        self._key = key

    @cached_property
    def _client(self) -> httpx.AsyncClient:
        # Not at init: reading the public CAs takes longer than all else there, and few calls are to groups.
        return httpx.AsyncClient(timeout=TIMEOUT_S, transport=httpx.AsyncHTTPTransport(retries=1))

    async def fetch(self, guid: str, *, without: str, limit: int) -> Members:
        uids: list[str] = []
        total = 0
        # One more than the limit, for the caller, whom CometChat lists too.
        per_page = min(limit + 1, MAX_PAGE)
        page = 1
        while len(uids) <= limit:
            body = await self._page(guid, page, per_page)
            members, total = _read(body)
            uids += [uid for uid in members if uid != without]
            # `total` is 0 in CometChat's own sample of a full group: a short page is the end.
            if len(members) < per_page:
                break
            page += 1
        counted = max(len(uids), total - 1)
        return Members(uids[:limit], max(0, counted - limit))

    async def _page(self, guid: str, page: int, per_page: int) -> Any:
        try:
            response = await self._client.get(
                f"{self._url}/groups/{quote(guid, safe='')}/members",
                params={"page": page, "perPage": per_page},
                headers={"apikey": self._api_key(), "accept": "application/json"},
            )
        except httpx.TransportError as error:
            raise MembersUnavailable(type(error).__name__) from error
        if response.status_code == 429 or response.status_code >= 500:
            raise MembersUnavailable(f"status {response.status_code}", _retry_after_s(response))
        try:
            body = response.json()
        except ValueError as error:
            raise MembersUnavailable(f"status {response.status_code} without JSON") from error
        if response.status_code != 200:
            raise MembersRefused(f"status {response.status_code} {_error_code(body)}")
        return body

    def _api_key(self) -> str:
        try:
            return rest_api_key(self._key)
        except RestApiKeyUnusable as error:
            raise MembersRefused(str(error)) from error


def _read(body: Any) -> tuple[list[str], int]:
    """The uids of a page, and how many members there are, 0 if that is not said."""
    try:
        uids = [normalised_uid(member["uid"]) for member in body["data"]]
        total = body.get("meta", {}).get("pagination", {}).get("total", 0)
    except (TypeError, KeyError, AttributeError) as error:
        raise MembersUnavailable("an answer of another shape") from error
    return [uid for uid in uids if uid], total if isinstance(total, int) else 0


def _retry_after_s(response: httpx.Response) -> int:
    """CometChat sends seconds."""
    value = response.headers.get("retry-after", "")
    return int(value) if value.isdecimal() and len(value) < 4 else RETRY_AFTER_S


def _error_code(body: Any) -> str:
    error = body.get("error") if isinstance(body, dict) else None
    code = error.get("code") if isinstance(error, dict) else None
    return code if isinstance(code, str) else ""
