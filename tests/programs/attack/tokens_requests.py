"""The tokens API under a genuine JWT of the attacker's: bodies, paths, methods, and devices that are another's."""

import json
from collections.abc import Callable, Iterator
from functools import partial

from local.phones.credentials import sign_jwt
from tests.programs.attack.attempt import FORBIDDEN, INVALID, NO_ROUTE, NOT_HTTP, TOO_LARGE, Attempt, Target
from tests.programs.attack.bodies import NOT_JSON_OBJECTS
from tests.programs.attack.wire import Header, Request

_OK = 200

type MakeBody = Callable[[Target], bytes]


def attempts() -> Iterator[Attempt]:
    for name, raw in NOT_JSON_OBJECTS.items():
        yield Attempt("tokens", "tokens, body", name, partial(_put, lambda target, raw=raw: raw), (INVALID, TOO_LARGE))
    for name, (make, status) in _BODIES.items():
        yield Attempt("tokens", "tokens, body", name, partial(_put, make), (status,))
    yield Attempt("tokens", "tokens, what is in order", "Bearer in other cases", _without_scheme_case, (INVALID,))
    for name, path, expected in _PATHS:
        yield Attempt("tokens", "tokens, path", name, partial(_delete, path), expected)
    for name, request, expected, result in _OTHERS_DEVICES:
        yield Attempt("tokens", "tokens, another's device", name, request, expected, result)
    for name, method, headers, expected in _METHODS:
        yield Attempt("tokens", "tokens, method", name, partial(_method, method, headers), expected)


def _put(make: MakeBody, target: Target) -> Request:
    # As bytes, which API Gateway hands on as base64; of what is called JSON it makes text before anybody can check it.
    headers: list[Header] = [_authorization(target), ("Content-Type", "application/octet-stream")]
    return Request("PUT", "", headers, make(target))


def _delete(path: str, target: Target) -> Request:
    return Request("DELETE", path.replace("{token}", target.victim.token), [_authorization(target)])


def _method(method: str, headers: list[Header], target: Target) -> Request:
    body = json.dumps({"token": target.victim.token}).encode()
    return Request(method, "", [_authorization(target), *headers], body)


def _authorization(target: Target) -> Header:
    return ("Authorization", f"Bearer {sign_jwt(target.description.jwt, target.attacker_uid)}")


def _json(text: str) -> MakeBody:
    """`TOKEN` and `VICTIM` stand for the victim's."""
    return lambda target: text.replace("TOKEN", target.victim.token).replace("VICTIM", target.victim.uid).encode()


# Each would register the victim's phone for the attacker if it were let through.
_BODIES: dict[str, tuple[MakeBody, int]] = {
    "no token": (_json("{}"), INVALID),
    "token null": (_json('{"token": null}'), INVALID),
    "token a number": (_json('{"token": 7}'), INVALID),
    "token a huge number": (_json('{"token": 1e999}'), INVALID),
    "token a list": (_json('{"token": ["TOKEN"]}'), INVALID),
    "token an object": (_json('{"token": {"S": "TOKEN"}}'), INVALID),
    "token empty": (_json('{"token": ""}'), INVALID),
    "token of half a byte": (_json('{"token": "TOKEN0"}'), INVALID),
    "token with a space": (_json('{"token": " TOKEN"}'), INVALID),
    "token with a line break": (_json('{"token": "TOKEN\\n"}'), INVALID),
    "token with a path": (_json('{"token": "../TOKEN"}'), INVALID),
    "token with 0x": (_json('{"token": "0xTOKEN"}'), INVALID),
    "token of full-width digits": (_json('{"token": "\\uff11\\uff12"}'), INVALID),
    "token with half a surrogate pair": (_json('{"token": "TOKEN\\ud800"}'), INVALID),
    "token too long": (_json('{"token": "' + "ab" * 101 + '"}'), INVALID),
    "token of a megabyte": (lambda target: b'{"token": "' + b"ab" * 500_000 + b'"}', INVALID),
    "token twice, the last one wrong": (_json('{"token": "TOKEN", "token": "x"}'), INVALID),
    "environment unknown": (_json('{"token": "TOKEN", "environment": "staging"}'), INVALID),
    "environment a list": (_json('{"token": "TOKEN", "environment": ["production"]}'), INVALID),
    "topic of another app": (_json('{"token": "TOKEN", "topic": "com.evil.app.voip"}'), INVALID),
    "topic a number": (_json('{"token": "TOKEN", "topic": 7}'), INVALID),
    "uid of the victim": (_json('{"token": "TOKEN", "uid": "VICTIM"}'), FORBIDDEN),
    "uid of the victim in capitals": (lambda target: _json('{"token": "TOKEN", "uid": "VICTIM"}')(target).upper(), 400),
    "uid a list": (_json('{"token": "TOKEN", "uid": ["VICTIM"]}'), INVALID),
    "uid of an owner item": (_json('{"token": "TOKEN", "uid": "owner#TOKEN"}'), INVALID),
    "uid twice, the last one the victim's": (_json('{"token": "TOKEN", "uid": "", "uid": "VICTIM"}'), FORBIDDEN),
}


def _without_scheme_case(target: Target) -> Request:
    name, value = _authorization(target)
    return Request("DELETE", "/xyz", [(name, str(value).replace("Bearer", "bEARER"))])


_NOWHERE = (INVALID, *NO_ROUTE)

_PATHS: list[tuple[str, str, tuple[int, ...]]] = [
    ("not hex", "/xyz", (INVALID,)),
    ("half a byte", "/abc", (INVALID,)),
    ("too long", "/" + "ab" * 101, (INVALID,)),
    ("very long", "/" + "ab" * 5_000, (INVALID, 414, *NOT_HTTP)),
    ("a slash at the end", "/{token}/", _NOWHERE),
    ("two slashes", "//{token}", _NOWHERE),
    ("an encoded slash", "/..%2f{token}", _NOWHERE),
    ("an encoded slash, twice", "/..%252f{token}", _NOWHERE),
    ("a backslash", "/..%5c{token}", _NOWHERE),
    ("dots", "/../voip-tokens/../{token}", _NOWHERE),
    ("encoded dots", "/%2e%2e/{token}", _NOWHERE),
    ("NUL after it", "/{token}%00", _NOWHERE),
    ("NUL before it", "/%00{token}", _NOWHERE),
    ("a line break", "/{token}%0d%0aX-Uid:%20bob", _NOWHERE),
    ("a semicolon", "/{token};uid=bob", _NOWHERE),
    ("an encoded question mark", "/{token}%3fuid=bob", _NOWHERE),
    ("a space", "/{token}%20", _NOWHERE),
    ("UTF-8", "/%c3%a9%c3%a9", _NOWHERE),
    ("not UTF-8", "/%ff%fe", _NOWHERE),
    ("overlong UTF-8", "/%c0%ae%c0%ae/{token}", _NOWHERE),
    ("full-width digits", "/%ef%bc%91%ef%bc%92", _NOWHERE),
    ("a percent sign", "/%", _NOWHERE),
    ("a broken escape", "/%zz", _NOWHERE),
    ("an owner item's key", "/owner%23{token}", _NOWHERE),
    ("the webhook's route", "/../webhooks/call", _NOWHERE),
]


def _delete_for(uid: Callable[[Target], str], target: Target) -> Request:
    """With the victim's uid in every place but the JWT."""
    headers: list[Header] = [_authorization(target), ("X-Uid", uid(target)), ("Content-Type", "application/json")]
    body = json.dumps({"uid": uid(target)}).encode()
    return Request("DELETE", f"/{target.victim.token}?uid={uid(target)}", headers, body)


_OTHERS_DEVICES: list[tuple[str, Callable[[Target], Request], tuple[int, ...], str]] = [
    # Whether there is such a device is nobody else's business: the answer is the same.
    ("removing it", partial(_delete, "/{token}"), (_OK,), "removed"),
    ("removing it in capitals", lambda target: _delete("/" + target.victim.token.upper(), target), (_OK,), "removed"),
    (
        "removing it, with the victim's uid around",
        partial(_delete_for, lambda target: target.victim.uid),
        (_OK,),
        "removed",
    ),
    ("removing all, with the victim's uid around", partial(_delete, "?uid=victim"), (_OK,), "removed"),
]

_METHODS: list[tuple[str, str, list[Header], tuple[int, ...]]] = [
    ("GET", "GET", [], NO_ROUTE),
    ("HEAD", "HEAD", [], NO_ROUTE),
    ("PATCH", "PATCH", [], NO_ROUTE),
    ("TRACE", "TRACE", [], (*NO_ROUTE, 0, 501)),
    ("CONNECT", "CONNECT", [], (*NO_ROUTE, *NOT_HTTP)),
    ("one that nobody knows", "REGISTER", [], (*NO_ROUTE, *NOT_HTTP)),
    ("GET that says it is PUT", "GET", [("X-HTTP-Method-Override", "PUT")], NO_ROUTE),
    ("GET that says it is PUT, twice", "GET", [("X-HTTP-Method", "PUT"), ("X-Method-Override", "PUT")], NO_ROUTE),
]
