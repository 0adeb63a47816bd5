"""HTTP GET with the standard library, because importing httpx would slow down every cold start."""

import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException, HTTPMessage
from typing import IO
from urllib.error import HTTPError

from authorizer.errors import NoAnswer

MAX_BYTES = 262_144


@dataclass(frozen=True, slots=True)
class HttpResponse:
    status: int
    body: bytes


def get(url: str, headers: Mapping[str, str], *, timeout_s: float) -> HttpResponse:
    """Follows no redirects: only the configured host is trusted. Raises `NoAnswer`."""
    # The configuration accepts only https, and http to this machine.
    request = urllib.request.Request(url, headers=dict(headers))  # noqa: S310
    try:
        with _opener.open(request, timeout=timeout_s) as response:
            return _read(response.status, response)
    except HTTPError as error:
        with error:
            return _read(error.code, error)
    # URLError is an OSError; ValueErrors come from responses that are not HTTP.
    except (OSError, HTTPException, ValueError) as error:
        raise NoAnswer(type(error).__name__) from error


def _read(status: int, response: IO[bytes]) -> HttpResponse:
    try:
        body = response.read(MAX_BYTES + 1)
    except (OSError, HTTPException) as error:
        raise NoAnswer(type(error).__name__) from error
    if len(body) > MAX_BYTES:
        raise NoAnswer(f"more than {MAX_BYTES} bytes")
    return HttpResponse(status, body)


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        return None


# No proxy, whatever the environment says: none of the functions' other clients uses one.
_opener = urllib.request.build_opener(_NoRedirects, urllib.request.ProxyHandler({}))
