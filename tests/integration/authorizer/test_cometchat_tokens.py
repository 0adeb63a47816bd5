"""CometChat's auth tokens, checked with a server that answers as its REST API does, and as it should not."""

import json
import secrets
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from authorizer.cometchat_tokens import BURST, MAX_REFUSALS, REFUSED_FOR_MS, CometChatTokens
from authorizer.errors import CometChatUnavailable, Unauthorized
from authorizer.identity import COMETCHAT_TOKEN
from local.services.http_server import Request, Response, serve
from shared.secrets import Secret
from tests.support.aws.secrets_manager import SECRET_ARN, FakeSecretsManager
from tests.support.clocks import MovedClock

KEY = json.dumps({"rest_api_key": "the-rest-api-key"})
TOKEN = "superhero1_1630306819c3027ce530b2367f3c97b4106f0cb8"
VALID = Response(200, {"data": {"uid": "superhero1", "authToken": TOKEN, "createdAt": 1630306819}})


def error(status: int, code: str) -> Response:
    return Response(status, {"error": {"message": "no", "devMessage": "no", "source": "chat-api", "code": code}})


UNKNOWN = error(404, "AUTH_ERR_AUTH_TOKEN_NOT_FOUND")


class CometChat:
    def __init__(self, url: str, clock: MovedClock, secret: str) -> None:
        self.requests: list[Request] = []
        self.clock = clock
        key = Secret(FakeSecretsManager({"AWSCURRENT": secret} if secret else {}), SECRET_ARN, clock)
        self.tokens = CometChatTokens(f"{url}/v3", key, clock, timeout_s=1)


@contextmanager
def cometchat(response: Callable[[Request], Response] | Response, secret: str = KEY) -> Iterator[CometChat]:
    def answered(request: Request) -> Response:
        known.requests.append(request)
        return response if isinstance(response, Response) else response(request)

    with serve(answered) as url:
        known = CometChat(url, MovedClock(), secret)
        yield known


def another_token() -> str:
    return f"superhero1_1630306819{secrets.token_hex(15)}"


def test_a_valid_token_is_its_users() -> None:
    with cometchat(VALID) as known:
        assert known.tokens.uid_of(TOKEN) == "superhero1"

    [request] = known.requests
    assert (request.method, request.path) == ("GET", f"/v3/users/superhero1/auth_tokens/{TOKEN}")
    assert request.headers["apikey"] == "the-rest-api-key"
    assert request.headers["accept"] == "application/json"


def test_a_uid_may_have_underscores() -> None:
    token = TOKEN.replace("superhero1", "super_hero_1")
    with cometchat(Response(200, {"data": {"uid": "super_hero_1", "authToken": token}})) as known:
        assert known.tokens.uid_of(token) == "super_hero_1"


@pytest.mark.parametrize(
    "text",
    ["", "superhero1", "superhero1_", TOKEN[:-20], TOKEN.upper(), f"{TOKEN}/..", f"../{TOKEN}", f"{TOKEN}\n", "a.b.c",
     f"{'x' * 101}_{'0' * 40}", f"superhero1_{'0' * 81}", TOKEN.replace("superhero1", "super%2Fhero"), f"é{TOKEN}"],
)  # fmt: skip
def test_what_has_not_the_shape_of_a_token_is_asked_of_nobody(text: str) -> None:
    with cometchat(VALID) as known:
        assert not COMETCHAT_TOKEN.fullmatch(text)
        with pytest.raises(Unauthorized, match=r"^not a CometChat auth token$"):
            known.tokens.uid_of(text)
    assert known.requests == []


@pytest.mark.parametrize(
    "code",
    [
        "AUTH_ERR_AUTH_TOKEN_NOT_FOUND",
        "ERR_AUTH_TOKEN_NOT_FOUND",
        "ERR_AUTHTOKEN_NOT_ACCESSIBLE",
        "ERR_UID_NOT_FOUND",
    ],
)
def test_a_token_that_cometchat_does_not_know(code: str) -> None:
    with (
        cometchat(error(404, code)) as known,
        pytest.raises(Unauthorized, match=r"^CometChat does not know the token$"),
    ):
        known.tokens.uid_of(TOKEN)


def test_a_refusal_is_kept_for_a_while() -> None:
    with cometchat(UNKNOWN) as known:
        with pytest.raises(Unauthorized):
            known.tokens.uid_of(TOKEN)
        for _ in range(10):
            with pytest.raises(Unauthorized, match=r"^CometChat refused the token less than a minute ago$"):
                known.tokens.uid_of(TOKEN)
        assert len(known.requests) == 1

        known.clock.pass_ms(REFUSED_FOR_MS - 1)
        with pytest.raises(Unauthorized):
            known.tokens.uid_of(TOKEN)
        assert len(known.requests) == 1

        known.clock.pass_ms(1)
        with pytest.raises(Unauthorized):
            known.tokens.uid_of(TOKEN)
        assert len(known.requests) == 2


def test_what_was_valid_is_asked_again_since_it_may_have_been_revoked() -> None:
    answers = [VALID, UNKNOWN]
    with cometchat(lambda _: answers.pop(0)) as known:
        assert known.tokens.uid_of(TOKEN) == "superhero1"
        with pytest.raises(Unauthorized):
            known.tokens.uid_of(TOKEN)


def test_valid_tokens_are_never_too_many() -> None:
    def known_to_cometchat(request: Request) -> Response:
        token = request.path.rpartition("/")[2]
        return Response(200, {"data": {"uid": "superhero1", "authToken": token}})

    with cometchat(known_to_cometchat) as known:
        for _ in range(3 * BURST):
            assert known.tokens.uid_of(another_token()) == "superhero1"


def test_an_outage_of_cometchat_uses_up_nothing() -> None:
    answers = [error(500, "")] * (2 * BURST) + [VALID]
    with cometchat(lambda _: answers.pop(0)) as known:
        for _ in range(2 * BURST):
            with pytest.raises(CometChatUnavailable, match="status 500"):
                known.tokens.uid_of(another_token())
        assert known.tokens.uid_of(TOKEN) == "superhero1"


def test_noise_does_not_burn_the_quota_and_is_forgotten() -> None:
    with cometchat(UNKNOWN) as known:
        for _ in range(BURST):
            with pytest.raises(Unauthorized):
                known.tokens.uid_of(another_token())
        for _ in range(200):
            with pytest.raises(CometChatUnavailable, match=r"^too many look-ups of invalid tokens$"):
                known.tokens.uid_of(another_token())
        assert len(known.requests) == BURST

        for _ in range(MAX_REFUSALS + 50):
            known.clock.pass_ms(500)
            with pytest.raises(Unauthorized):
                known.tokens.uid_of(another_token())
    assert len(known.tokens._refused_until_ms) == MAX_REFUSALS


def test_of_too_many_refusals_the_oldest_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("authorizer.cometchat_tokens.MAX_REFUSALS", 2)
    first, second, third = (another_token() for _ in range(3))
    with cometchat(UNKNOWN) as known:
        for token in (first, second, third, third, second, first):
            with pytest.raises(Unauthorized):
                known.tokens.uid_of(token)

        assert [request.path.rpartition("/")[2] for request in known.requests] == [first, second, third, first]


def test_an_answer_about_another_token_is_said_to_be_one() -> None:
    body = {"data": {"uid": "superhero1", "authToken": another_token()}}
    with (
        cometchat(Response(200, body)) as known,
        pytest.raises(CometChatUnavailable, match=r"^the response is about another token$"),
    ):
        known.tokens.uid_of(TOKEN)


def test_cometchat_that_accepts_and_never_answers() -> None:
    key = Secret(FakeSecretsManager({"AWSCURRENT": KEY}), SECRET_ARN, MovedClock())
    with socket.create_server(("127.0.0.1", 0)) as silent:
        tokens = CometChatTokens(f"http://127.0.0.1:{silent.getsockname()[1]}", key, MovedClock(), timeout_s=0.2)
        with pytest.raises(CometChatUnavailable, match=r"^TimeoutError$"):
            tokens.uid_of(TOKEN)


@pytest.mark.parametrize(
    "response",
    [
        error(401, "AUTH_ERR_APIKEY_NOT_FOUND"),
        error(403, "AUTH_ERR_NO_ACCESS"),
        error(402, "ERR_SUBSCRIPTION_EXPIRED"),
        error(429, ""),
        error(500, ""),
        Response(404, "no JSON object"),
        Response(404, {"error": {"code": f"<script>{TOKEN}"}}),
        Response(200, "no JSON object"),
        Response(200, {"data": {}}),
        Response(200, {"data": {"uid": "superhero2", "authToken": TOKEN}}),
        Response(200, {"data": {"uid": "superhero1", "authToken": TOKEN[:-1] + "9"}}),
        Response(200, {"data": {"uid": "superhero1", "authToken": "\ud800"}}),
        Response(200, {"data": {"uid": "superhero1", "authToken": "x" * 300_000}}),
        Response(302, {}, {"Location": "http://127.0.0.1:1/"}),
    ],
    ids=lambda response: f"{response.status} {str(response.body)[:40]}",
)
def test_any_other_answer_says_nothing_of_the_token(response: Response) -> None:
    with cometchat(response) as known, pytest.raises(CometChatUnavailable) as raised:
        known.tokens.uid_of(TOKEN)
    assert TOKEN not in str(raised.value)
    assert "the-rest-api-key" not in str(raised.value)


@pytest.mark.parametrize("code", ["ERR_GUID_NOT_FOUND", "no word", "X" * 61, 5])
def test_what_is_said_of_another_answer(code: object) -> None:
    response = Response(404, {"error": {"code": code}})
    with cometchat(response) as known, pytest.raises(CometChatUnavailable) as raised:
        known.tokens.uid_of(TOKEN)
    assert str(raised.value) == f"status 404 {code if code == 'ERR_GUID_NOT_FOUND' else ''}"


def test_a_redirect_is_not_followed() -> None:
    reached: list[Request] = []

    def elsewhere(request: Request) -> Response:
        reached.append(request)
        return VALID

    with (
        serve(elsewhere) as other,
        cometchat(Response(307, {}, {"Location": f"{other}/v3"})) as known,
        pytest.raises(CometChatUnavailable),
    ):
        known.tokens.uid_of(TOKEN)
    assert len(known.requests) == 1
    assert reached == []


@pytest.mark.parametrize("secret", ["", "x", "{}", '{"rest_api_key": ""}', '{"rest_api_key": "\\n"}'])
def test_without_a_key_nobody_is_asked(secret: str) -> None:
    with cometchat(VALID, secret) as known, pytest.raises(CometChatUnavailable, match="rest_api_key"):
        known.tokens.uid_of(TOKEN)
    assert known.requests == []


def test_cometchat_out_of_reach() -> None:
    with cometchat(VALID) as known:
        pass
    with pytest.raises(CometChatUnavailable) as raised:
        known.tokens.uid_of(TOKEN)
    assert TOKEN not in str(raised.value)
