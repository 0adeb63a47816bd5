"""The page's requests, without a stack behind them."""

import asyncio
import json
from typing import Any

import httpx
import pytest

from local.page import app
from local.page.actions import Actions
from local.page.broadcaster import Broadcaster
from local.page.inputs import NewPhone
from ops.errors import StepFailed

PORT = 4580


class SomeLive(Broadcaster):
    def __init__(self) -> None:
        self.looks = 0

    async def look(self) -> bool:
        self.looks += 1
        return True


class SomeActions(Actions):
    """Without a stack."""

    def __init__(self) -> None:
        self.problem: Exception | None = None

    def register(self, new: NewPhone) -> dict[str, Any]:
        if self.problem:
            raise self.problem
        return {"said": new.uid}


@pytest.fixture
def broadcaster() -> SomeLive:
    return SomeLive()


@pytest.fixture
def actions() -> SomeActions:
    return SomeActions()


def send(broadcaster: SomeLive, actions: SomeActions, content: bytes, method: str = "POST") -> httpx.Response:
    application = app.create(broadcaster, actions, {}, PORT)

    async def answered() -> httpx.Response:
        transport = httpx.ASGITransport(application)
        async with httpx.AsyncClient(transport=transport, base_url=f"http://127.0.0.1:{PORT}") as client:
            headers = {"Content-Type": "application/json"}
            return await client.request(method, "/api/phones", content=content, headers=headers)

    return asyncio.run(answered())


def test_what_was_done_is_seen_at_once(broadcaster: SomeLive, actions: SomeActions) -> None:
    response = send(broadcaster, actions, b'{"uid": "bob"}')

    assert (response.status_code, response.json()) == (200, {"said": "bob"})
    assert broadcaster.looks == 1


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", "must be JSON"),
        (b"{", "must be JSON"),
        (b"[" * 5_000, "must be JSON"),
        (b"[]", "expected a JSON object"),
        (b"{}", "missing field uid"),
        (b'{"uid": 7}', "expected a string"),
        (json.dumps({"uid": "b" * 20_000}).encode(), "at most 10000 bytes"),
    ],
)
def test_a_body_that_is_not_understood(broadcaster: SomeLive, actions: SomeActions, content: bytes, error: str) -> None:
    response = send(broadcaster, actions, content)

    assert response.status_code == 400
    assert error in response.json()["error"]


@pytest.mark.parametrize("problem", [StepFailed("it broke", ""), httpx.ConnectError("it broke"), OSError("it broke")])
def test_a_stack_that_does_not_do_it(broadcaster: SomeLive, actions: SomeActions, problem: Exception) -> None:
    actions.problem = problem

    response = send(broadcaster, actions, b'{"uid": "bob"}')

    assert (response.status_code, response.json()) == (502, {"error": "it broke"})


def test_nothing_is_done_by_get(broadcaster: SomeLive, actions: SomeActions) -> None:
    assert send(broadcaster, actions, b"", method="GET").status_code == 405
