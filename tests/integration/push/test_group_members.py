"""The members of a group, from a server that answers as CometChat's REST API does, and as it should not."""

import asyncio
import json
from collections.abc import Callable
from threading import Event

import httpx
import pytest

from local.services.http_server import Request, Response, serve
from push.errors import MembersRefused, MembersUnavailable
from push.group_members import CometChatGroupMembers, Members
from shared import time_limits
from shared.secrets import Secret
from tests.support.aws.secrets_manager import SECRET_ARN, FakeSecretsManager
from tests.support.clocks import MovedClock
from tests.support.dripping import BYTES, dripping

KEY = json.dumps({"rest_api_key": "the-key"})


def ask(answer: Callable[[Request], Response], *, guid: str = "team", limit: int = 50, secret: str = KEY) -> Members:
    with serve(answer) as url:
        return asyncio.run(_fetch(url, guid, limit, secret))


async def _fetch(url: str, guid: str, limit: int, secret: str) -> Members:
    key = Secret(FakeSecretsManager({"AWSCURRENT": secret}), SECRET_ARN, MovedClock())
    return await CometChatGroupMembers(f"{url}/v3", key).fetch(guid, without="alice", limit=limit)


def page(uids: list[str], **pagination: int) -> Response:
    return Response(200, {"data": [{"uid": uid, "name": uid} for uid in uids], "meta": {"pagination": pagination}})


def test_the_caller_is_no_member_to_ring_and_the_key_goes_along() -> None:
    asked: list[Request] = []

    def answer(request: Request) -> Response:
        asked.append(request)
        return page(["alice", "bob", "carol"], total=0)

    assert ask(answer) == Members(["bob", "carol"], left_out=0)
    assert [(request.method, request.path) for request in asked] == [
        ("GET", "/v3/groups/team/members?page=1&perPage=51")
    ]
    assert (asked[0].headers["apikey"], asked[0].headers["accept"]) == ("the-key", "application/json")


def test_a_guid_is_one_part_of_the_path_whatever_it_holds() -> None:
    asked: list[str] = []

    def answer(request: Request) -> Response:
        asked.append(request.path.partition("?")[0])
        return page([])

    ask(answer, guid="a/b?c d")
    assert asked == ["/v3/groups/a%2Fb%3Fc%20d/members"]


@pytest.mark.parametrize(("limit", "per_page"), [(1, 2), (999, 1_000), (1_000, 1_000)])
def test_a_page_has_room_for_the_caller_too_up_to_cometchats_maximum(limit: int, per_page: int) -> None:
    asked: list[str] = []

    def answer(request: Request) -> Response:
        asked.append(request.path.partition("?")[2])
        return page([])

    ask(answer, limit=limit)
    assert asked == [f"page=1&perPage={per_page}"]


def test_an_empty_page_is_the_last_one_whatever_cometchat_counts() -> None:
    asked: list[str] = []

    def answer(request: Request) -> Response:
        asked.append(request.path)
        return page(["bob"] if len(asked) == 1 else [], total=9, total_pages=9)

    assert ask(answer) == Members(["bob"], left_out=0)
    assert len(asked) == 2


def test_a_full_page_without_anybody_to_ring_is_not_the_last_one() -> None:
    pages = {1: ["alice", "owner#x", "", "bob"], 2: ["carol"]}

    def answer(request: Request) -> Response:
        return page(pages[int(request.path.split("page=")[1].split("&")[0])], total=5)

    assert ask(answer, limit=3) == Members(["bob", "carol"], left_out=1)


@pytest.mark.parametrize("size", [0, 1, 3, 4, 5, 9, 12, 30])
def test_every_page_up_to_the_limit_and_the_rest_counted(size: int) -> None:
    everybody = ["alice", *(f"member-{number}" for number in range(size))]

    def answer(request: Request) -> Response:
        number = int(request.path.split("page=")[1].split("&")[0])
        return page(everybody[(number - 1) * 4 : number * 4], total=len(everybody))

    assert ask(answer, limit=3) == Members(everybody[1:4], left_out=max(0, size - 3))


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "15"}, 15),
        ({"Retry-After": "999"}, 999),
        # Longer than a call is worth anything.
        ({"Retry-After": "1000"}, 2),
        ({}, 2),
        ({"Retry-After": "soon"}, 2),
        ({"Retry-After": "-1"}, 2),
    ],
)
def test_rate_limits_say_when_to_come_back(headers: dict[str, str], seconds: int) -> None:
    with pytest.raises(MembersUnavailable) as caught:
        ask(lambda request: Response(429, {"error": {"code": "ERR_TOO_MANY_REQUESTS"}}, headers))

    assert caught.value.retry_after_s == seconds


@pytest.mark.parametrize("body", [None, [], {}, {"data": None}, {"data": [1]}, {"data": [{}]}, "text"])
def test_an_answer_of_another_shape_is_no_list_of_members(body: object) -> None:
    with pytest.raises(MembersUnavailable, match=r"^an answer of another shape$"):
        ask(lambda request: Response(200, body))


@pytest.mark.parametrize(("status", "code"), [(401, "AUTH_ERR_APIKEY_NOT_FOUND"), (404, "ERR_GUID_NOT_FOUND")])
def test_a_refusal_carries_cometchats_code(status: int, code: str) -> None:
    with pytest.raises(MembersRefused, match=code):
        ask(lambda request: Response(status, {"error": {"code": code}}))


@pytest.mark.parametrize("body", [{}, [], {"error": None}, {"error": {"code": 7}}, None])
def test_a_refusal_without_a_code_is_one_all_the_same(body: object) -> None:
    with pytest.raises(MembersRefused, match=r"^status 403 $"):
        ask(lambda request: Response(403, body))


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_an_outage_can_be_tried_again(status: int) -> None:
    with pytest.raises(MembersUnavailable, match=f"^status {status}$") as caught:
        ask(lambda request: Response(status, {}))

    assert caught.value.retry_after_s == 2


@pytest.mark.parametrize("status", [200, 403])
def test_an_answer_that_is_not_json_is_not_cometchats(monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    html = httpx.MockTransport(lambda request: httpx.Response(status, text="<html>"))
    monkeypatch.setattr(CometChatGroupMembers, "_client", httpx.AsyncClient(transport=html))

    with pytest.raises(MembersUnavailable, match=f"^status {status} without JSON$"):
        asyncio.run(_fetch("http://127.0.0.1:1", "team", 50, KEY))


def test_cometchat_out_of_reach_can_be_tried_again() -> None:
    with pytest.raises(MembersUnavailable, match="ConnectError") as caught:
        asyncio.run(_fetch("http://127.0.0.1:1", "team", 50, KEY))

    assert caught.value.retry_after_s == 2


@pytest.mark.parametrize("secret", ["", "the-key", "{}", '{"rest_api_key": 7}', '{"rest_api_key": "a\\nb"}', "null"])
def test_a_secret_without_a_key_is_named(secret: str) -> None:
    with pytest.raises(MembersRefused, match="rest_api_key"):
        ask(lambda request: page(["bob"]), secret=secret)


def test_uids_that_cannot_be_any_are_left_out() -> None:
    assert ask(lambda request: page(["Bob", "owner#x", ""])) == Members(["bob"], left_out=0)


@pytest.mark.parametrize(
    "body",
    [
        {"data": [{"uid": "bob"}, {"uid": "carol"}], "meta": []},
        {"data": [{"uid": "bob"}, {"name": "nobody"}, None, "x", {"uid": "carol"}]},
        {"data": {"0": {"uid": "bob"}, "2": {"uid": "carol"}}},
        {"data": [{"uid": "bob"}, {"uid": "carol"}], "meta": {"pagination": {"total": True, "total_pages": "1"}}},
    ],
    ids=["PHP's empty object", "entries that name nobody", "a list with gaps", "odd counts"],
)
def test_odd_answers_cost_nobody_a_call(body: object) -> None:
    assert ask(lambda _: Response(200, body)) == Members(["bob", "carol"], left_out=0)


@pytest.mark.parametrize("key", [" the-key", "the-key\n", "\tthe-key "])
def test_blanks_around_the_key_are_of_copying(key: str) -> None:
    asked: list[Request] = []

    def answer(request: Request) -> Response:
        asked.append(request)
        return page([])

    ask(answer, secret=json.dumps({"rest_api_key": key}))
    assert asked[0].headers["apikey"] == "the-key"


def test_pages_that_are_smaller_than_asked_for_are_all_read() -> None:
    everybody = [f"member-{number}" for number in range(7)]

    def answer(request: Request) -> Response:
        number = int(request.path.split("page=")[1].split("&")[0])
        return page(everybody[(number - 1) * 3 : number * 3], total=7, total_pages=3)

    assert ask(answer).uids == everybody


def test_the_last_page_that_cometchat_counts_is_the_last_one_asked_for() -> None:
    asked: list[str] = []

    def answer(request: Request) -> Response:
        asked.append(request.path)
        return page(["bob"], total=1, total_pages=1)

    assert ask(answer).uids == ["bob"]
    assert len(asked) == 1


def test_a_page_that_reaches_the_limit_is_the_last_one_only_if_it_goes_beyond() -> None:
    """Else nobody would know how many are left out."""
    pages = {1: ["alice", "bob", "carol"], 2: ["dave"]}

    def answer(request: Request) -> Response:
        return page(pages[int(request.path.split("page=")[1].split("&")[0])])

    assert ask(answer, limit=2) == Members(["bob", "carol"], left_out=1)


def test_a_page_that_comes_a_byte_at_a_time_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time_limits, "GROUP_MEMBERS_PAGE_S", 0.3)
    hung_up = Event()

    async def fetch(url: str) -> Members:
        key = Secret(FakeSecretsManager({"AWSCURRENT": KEY}), SECRET_ARN, MovedClock())
        return await CometChatGroupMembers(url, key).fetch("team", without="alice", limit=50)

    head = f"HTTP/1.1 200 OK\r\nContent-Length: {BYTES}\r\n\r\n".encode()
    with dripping(head, hung_up) as url, pytest.raises(MembersUnavailable, match="TimeoutError"):
        asyncio.run(fetch(url))
    assert hung_up.is_set()
