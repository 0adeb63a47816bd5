"""CometChat auth tokens that are none, or another's. Few of them: the authorizer asks CometChat 20 times at once."""

import json
import secrets
from collections.abc import Callable, Iterator
from functools import partial

import httpx

from tests.programs.attack.attempt import FORBIDDEN, Attempt, Target
from tests.programs.attack.wire import Request

type MakeToken = Callable[[Target], str]


def attempts() -> Iterator[Attempt]:
    for name, make in _TOKENS.items():
        yield Attempt("tokens", "CometChat auth token", name, partial(_registration, make), (FORBIDDEN,))


def _registration(make: MakeToken, target: Target) -> Request:
    body = json.dumps({"token": target.victim.token}).encode()
    headers = [("Content-Type", "application/json"), ("Authorization", f"Bearer {make(target)}")]
    return Request("PUT", "", headers, body)


def _issued(target: Target, uid: str) -> str:
    """By the stand-in for CometChat."""
    api = target.description.cometchat_api
    url = f"{api.url}/users/{uid}/auth_tokens"
    token: str = httpx.post(url, headers={"apikey": api.rest_api_key}, trust_env=False).json()["data"]["authToken"]
    return token


def _of_the_attacker(change: Callable[[Target, str], str]) -> MakeToken:
    """A genuine token of the attacker's, changed."""
    return lambda target: change(target, _issued(target, target.attacker_uid))


_TOKENS: dict[str, MakeToken] = {
    "made up": lambda target: f"{target.victim.uid}_1744960000{secrets.token_hex(15)}",
    "the attacker's, under the victim's name": _of_the_attacker(
        lambda target, token: token.replace(target.attacker_uid, target.victim.uid)
    ),
    "the victim's, cut": lambda target: _issued(target, target.victim.uid)[:-1],
    "the victim's, in capitals": lambda target: _issued(target, target.victim.uid).upper(),
    "a path in the uid": _of_the_attacker(lambda target, token: f"{target.victim.uid}/../{token}"),
    "an encoded path in the uid": _of_the_attacker(lambda target, token: f"{target.victim.uid}%2f..%2f{token}"),
    "a query in the token": _of_the_attacker(lambda target, token: f"{token}?uid={target.victim.uid}"),
    "a line break in the uid": lambda target: f"{target.victim.uid}%0d%0ax_{secrets.token_hex(20)}",
    "the REST key": lambda target: target.description.cometchat_api.rest_api_key,
    "very long": lambda target: f"{target.victim.uid}_{'0' * 4_000}",
}
