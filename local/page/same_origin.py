"""Keeps other web pages out: anything that the browser of a developer shows can send requests to this machine.

- A page whose name was made to point to 127.0.0.1 (DNS rebinding) has another `Host`.
- A page elsewhere (cross-site request forgery) has another `Origin`, and can't send JSON without asking first.
- This page loads nothing from elsewhere, runs no inline script, and can't be put into a frame.
"""

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
    ),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
}


class OnlyFromThisPage:
    def __init__(self, app: ASGIApp, port: int) -> None:
        self._app = app
        self._hosts = {f"{name}:{port}" for name in ("127.0.0.1", "localhost")}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_protected(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        problem = self._problem(scope["method"], Headers(scope=scope))
        if problem is None:
            await self._app(scope, receive, send_protected)
        else:
            status, error = problem
            await JSONResponse({"error": error}, status)(scope, receive, send_protected)

    def _problem(self, method: str, headers: Headers) -> tuple[int, str] | None:
        host = headers.get("host", "")
        if host not in self._hosts or headers.getlist("host") != [host]:
            return 421, f"this page is at {' and '.join(sorted(self._hosts))} only"
        if headers.get("origin", f"http://{host}") != f"http://{host}":
            return 403, "requests from other pages are refused"
        followed_a_link = method == "GET" and headers.get("sec-fetch-mode") == "navigate"
        if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none") and not followed_a_link:
            return 403, "requests from other pages are refused"
        if method not in ("GET", "HEAD") and headers.get("content-type") != "application/json":
            return 415, "the content type must be application/json"
        return None
