"""The page's server takes requests of its own page, and of nobody else's."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from local.page.same_origin import OnlyFromThisPage

PORT = 4580
HERE = f"127.0.0.1:{PORT}"


def _done(_: Request) -> Response:
    return PlainTextResponse("done")


type Send = Callable[..., httpx.Response]


@pytest.fixture
def send() -> Send:
    application = Starlette(routes=[Route("/", _done, methods=["GET", "POST"])])
    transport = httpx.ASGITransport(OnlyFromThisPage(application, PORT))

    def send(method: str = "POST", **request: Any) -> httpx.Response:
        async def answered() -> httpx.Response:
            async with httpx.AsyncClient(transport=transport, base_url=f"http://{HERE}") as client:
                return await client.request(method, "/", **request)

        return asyncio.run(answered())

    return send


@pytest.mark.parametrize("host", [HERE, f"localhost:{PORT}"])
def test_its_own_page(send: Send, host: str) -> None:
    headers = {"Host": host, "Origin": f"http://{host}", "Sec-Fetch-Site": "same-origin"}

    assert send("GET", headers=headers).status_code == 200
    assert send(json={}, headers=headers).status_code == 200


def test_curl(send: Send) -> None:
    assert send(json={}).status_code == 200


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("host", ["rebound.example", f"rebound.example:{PORT}", "127.0.0.1", "127.0.0.1:80", ""])
def test_another_name_for_this_machine(send: Send, method: str, host: str) -> None:
    """DNS rebinding."""
    assert send(method, json={}, headers={"Host": host}).status_code == 421


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": f"http://localhost:{PORT}"},
        {"Origin": f"https://{HERE}"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_another_page(send: Send, headers: dict[str, str]) -> None:
    """Cross-site request forgery; also from another server on this machine."""
    assert send(json={}, headers=headers).status_code == 403


def test_a_link_elsewhere_leads_to_the_page(send: Send) -> None:
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}

    assert send("GET", headers=headers).status_code == 200
    assert send("POST", json={}, headers=headers).status_code == 403


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=a", ""]
)
def test_what_a_form_elsewhere_could_send(send: Send, content_type: str) -> None:
    assert send(content="{}", headers={"Content-Type": content_type}).status_code == 415


def test_nothing_from_elsewhere_and_nothing_inline(send: Send) -> None:
    headers = send("GET").headers

    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "access-control-allow-origin" not in headers


def test_a_refusal_has_the_same_protection(send: Send) -> None:
    assert "content-security-policy" in send("GET", headers={"Host": "rebound.example"}).headers
