"""Who is in a group, from CometChat's REST API."""

import asyncio
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol
from urllib.parse import quote

import httpx

from push.errors import RETRY_AFTER_S, MembersRefused, MembersUnavailable
from shared import time_limits
from shared.cometchat_api import rest_api_key
from shared.errors import RestApiKeyUnusable
from shared.secrets import Secret
from shared.uids import normalised_uid

# CometChat's own maximum of a page.
MAX_PAGE = 1_000


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
        limits = time_limits.GROUP_MEMBERS
        return httpx.AsyncClient(
            timeout=httpx.Timeout(limits.read_s, connect=limits.connect_s),
            transport=httpx.AsyncHTTPTransport(retries=limits.attempts - 1),
        )

    async def fetch(self, guid: str, *, without: str, limit: int) -> Members:
        uids: list[str] = []
        # One more than the limit, for the caller, whom CometChat lists too.
        per_page = min(limit + 1, MAX_PAGE)
        page = 1
        while True:
            body = await self._page(guid, page, per_page)
            members, pages = _members(body), _pages(body)
            found = [uid for member in members if (uid := _uid(member))]
            if members and not found:
                raise MembersUnavailable("an answer of another shape")
            uids += [uid for uid in found if uid != without]
            # CometChat may send smaller pages than asked for. Where it does not count them, a short one is the end.
            is_last = page >= pages.count if pages.count else len(members) < per_page
            if is_last or not members or len(uids) > limit:
                break
            page += 1
        counted = max(len(uids), pages.total - 1)
        return Members(uids[:limit], max(0, counted - limit))

    async def _page(self, guid: str, page: int, per_page: int) -> Any:
        api_key = await asyncio.to_thread(self._api_key)
        try:
            async with asyncio.timeout(time_limits.GROUP_MEMBERS_PAGE_S):
                response = await self._client.get(
                    f"{self._url}/groups/{quote(guid, safe='')}/members",
                    params={"page": page, "perPage": per_page},
                    headers={"apikey": api_key, "accept": "application/json"},
                )
        except (httpx.TransportError, TimeoutError) as error:
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


@dataclass(frozen=True, slots=True)
class Pages:
    """How many members and pages CometChat says there are; 0 where it does not say."""

    total: int
    count: int


def _members(body: Any) -> list[Any]:
    """Of one page. PHP writes a list with gaps as an object."""
    data = body.get("data") if isinstance(body, dict) else None
    if isinstance(data, dict):
        return list(data.values())
    if isinstance(data, list):
        return data
    raise MembersUnavailable("an answer of another shape")


def _uid(member: Any) -> str | None:
    """None for an entry that names nobody, which costs the others nothing."""
    return normalised_uid(member.get("uid")) if isinstance(member, dict) else None


def _pages(body: Any) -> Pages:
    meta = body.get("meta")
    pagination = meta.get("pagination") if isinstance(meta, dict) else None
    fields = pagination if isinstance(pagination, dict) else {}
    return Pages(total=_number(fields.get("total")), count=_number(fields.get("total_pages")))


def _number(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _retry_after_s(response: httpx.Response) -> int:
    """CometChat sends seconds."""
    value = response.headers.get("retry-after", "")
    return int(value) if value.isdecimal() and len(value) < 4 else RETRY_AFTER_S


def _error_code(body: Any) -> str:
    error = body.get("error") if isinstance(body, dict) else None
    code = error.get("code") if isinstance(error, dict) else None
    return code if isinstance(code, str) else ""
