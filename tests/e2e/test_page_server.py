"""The local page's server, without a browser."""

import socket

import httpx
import pytest

from ops.stack.description import StackDescription
from ops.stack.directory import ROOT, StackDirectory
from tests.support.stack.local_stack import run_local


def send(stack: StackDescription, method: str, path: str, **headers: str) -> httpx.Response:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    with httpx.Client(trust_env=False, timeout=30) as client:
        return client.request(method, stack.page_url + path, content=b"{}", headers=names)


def test_the_page_and_all_that_it_loads(stack: StackDescription) -> None:
    page = send(stack, "GET", "/")

    assert page.status_code == 200
    assert "default-src 'none'" in page.headers["content-security-policy"]
    for name in ("main.js", "phones.js", "page.css"):
        assert send(stack, "GET", f"/static/{name}").status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"content_type": "application/json", "host": "rebound.example"}, 421),
        ({"content_type": "application/json", "origin": "https://evil.example"}, 403),
        ({"content_type": "application/json", "sec_fetch_site": "cross-site"}, 403),
        ({"content_type": "text/plain"}, 415),
    ],
)
def test_another_page_can_not_press_its_buttons(stack: StackDescription, headers: dict[str, str], status: int) -> None:
    assert send(stack, "POST", "/api/faults/clear", **headers).status_code == status


def test_another_page_can_not_watch(stack: StackDescription) -> None:
    assert send(stack, "GET", "/events", host="rebound.example").status_code == 421


def test_a_taken_port_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])

        up = run_local(StackDirectory(ROOT / ".local" / "e2e-page"), "up", PORT="", PAGE_PORT=port)

    assert up.returncode == 1
    assert f"PAGE_PORT={port} is taken" in up.stdout
