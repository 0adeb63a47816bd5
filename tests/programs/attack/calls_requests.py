"""Requests to the call-state API that name no call of the attacker's, or that nobody may send."""

import uuid
from collections.abc import Iterator
from functools import partial

from local.phones.credentials import sign_jwt
from tests.programs.attack.attempt import FORBIDDEN, INVALID, NO_ROUTE, NOT_HTTP, UNAUTHENTICATED, Attempt, Target
from tests.programs.attack.wire import Header, Request

NOT_FOUND = 404
_UUID = str(uuid.UUID(int=0x5A6BD4C163AD5A5C9D1F6C1F0F2B8A57))
_NOWHERE = (INVALID, *NO_ROUTE)


def attempts() -> Iterator[Attempt]:
    for name, path, expected in _PATHS:
        yield Attempt("calls", "calls, uuid", name, partial(_get, path), expected)
    for name, make, expected in _CREDENTIALS:
        yield Attempt("calls", "calls, credential", name, partial(_with, make), expected)
    for method in ("POST", "PUT", "PATCH", "DELETE", "HEAD"):
        yield Attempt("calls", "calls, method", method, partial(_method, method), NO_ROUTE)


def ask(uid: str, uuid: str, target: Target) -> Request:
    return Request("GET", f"/{uuid}", [_bearer(sign_jwt(target.description.jwt, uid))])


def _get(path: str, target: Target) -> Request:
    request = ask(target.attacker_uid, "", target)
    return request.but(path=path.replace("VICTIM", target.victim.uid).replace("SESSION", target.session_id))


def _with(headers: list[Header], target: Target) -> Request:
    return Request("GET", f"/{_UUID}", headers)


def _method(method: str, target: Target) -> Request:
    return ask(target.attacker_uid, _UUID, target).but(method=method)


def _bearer(token: str) -> Header:
    return ("Authorization", f"Bearer {token}")


_PATHS: list[tuple[str, str, tuple[int, ...]]] = [
    ("of no call", f"/{_UUID}", (NOT_FOUND,)),
    ("of no call, in capitals", f"/{_UUID.upper()}", (NOT_FOUND,)),
    ("of no call, the victim's uid as a query", f"/{_UUID}?uid=VICTIM&callee_uid=VICTIM", (NOT_FOUND,)),
    ("nil", f"/{uuid.UUID(int=0)}", (NOT_FOUND,)),
    ("none", "", NO_ROUTE),
    ("none, with a slash", "/", _NOWHERE),
    ("a guessed session id", "/SESSION", (INVALID,)),
    ("the key of a session", "/session%23SESSION", _NOWHERE),
    ("the key of the victim's ring", f"/ring%23VICTIM%23{_UUID}", _NOWHERE),
    ("the victim's uid before it", f"/VICTIM%23{_UUID}", _NOWHERE),
    ("a slash behind it", f"/{_UUID}/", _NOWHERE),
    ("an encoded slash", f"/..%2f{_UUID}", _NOWHERE),
    ("dots", f"/../calls/../{_UUID}", _NOWHERE),
    ("braces", f"/%7b{_UUID}%7d", _NOWHERE),
    ("without hyphens", f"/{_UUID.replace('-', '')}", (INVALID,)),
    ("NUL behind it", f"/{_UUID}%00", _NOWHERE),
    ("a line break", f"/{_UUID}%0d%0aX-Uid:%20bob", _NOWHERE),
    ("a wildcard", "/%2a", _NOWHERE),
    ("not UTF-8", "/%ff%fe", _NOWHERE),
    ("very long", "/" + "a" * 10_000, (INVALID, 414, *NOT_HTTP)),
]

_CREDENTIALS: list[tuple[str, list[Header], tuple[int, ...]]] = [
    ("none", [], (UNAUTHENTICATED,)),
    ("empty", [("Authorization", "")], (UNAUTHENTICATED, FORBIDDEN)),
    ("not a JWT", [("Authorization", "Bearer nobody")], (FORBIDDEN,)),
    ("a JWT without signature", [("Authorization", "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJib2IifQ.")], (FORBIDDEN,)),
    ("Basic", [("Authorization", "Basic Ym9iOmJvYg==")], (FORBIDDEN,)),
]
