"""/voip-tokens: which request gets which answer, and what it does to the registry."""

from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from shared.device_tokens import device_hash, normalised_device_token
from tests.support.functions.tokens import TOPIC, TokensFunction
from tests.support.observed import observed

TOKEN = "a1" * 32
OTHER = "b2" * 32
REGISTERED = {"result": "registered", "environment": "production", "topic": TOPIC, "expires_at": 1_776_496_000}
PUT, POST, DELETE_ALL, DELETE = (
    "PUT /voip-tokens",
    "POST /voip-tokens",
    "DELETE /voip-tokens",
    "DELETE /voip-tokens/{token}",
)


@pytest.mark.parametrize("route", [PUT, POST])
def test_register(tokens: TokensFunction, route: str) -> None:
    with observed() as said:
        assert tokens(route, {"token": TOKEN.upper()}) == (200, REGISTERED)

    assert tokens.registry.devices[TOKEN].uid == "alice"
    assert said.metrics == {"DevicesRegistered": 1}


def test_the_uid_is_the_authorizers(tokens: TokensFunction) -> None:
    assert tokens(PUT, {"token": TOKEN}, uid="bob")[0] == 200
    assert tokens.registry.devices[TOKEN].uid == "bob"


def test_the_body_may_say_who_is_signed_in(tokens: TokensFunction) -> None:
    assert tokens(PUT, {"token": TOKEN, "uid": "bob"}, uid="bob") == (200, REGISTERED)


def test_a_body_in_base64(tokens: TokensFunction) -> None:
    assert tokens(PUT, b'{"token": "%s"}' % TOKEN.encode(), in_base64=True) == (200, REGISTERED)


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        (None, 400, None),
        ("", 400, None),
        ("[]", 400, None),
        ("{", 400, None),
        ({}, 400, "token"),
        ({"token": "xyz"}, 400, "token"),
        ({"token": TOKEN, "environment": "dev"}, 400, "environment"),
        ({"token": TOKEN, "topic": "com.example.other.voip"}, 400, "topic"),
        ({"token": TOKEN, "uid": "bob"}, 403, "uid"),
    ],
)
@pytest.mark.parametrize("route", [PUT, POST])
def test_what_is_wrong_is_named_and_changes_nothing(
    tokens: TokensFunction, route: str, body: object, status: int, field: str | None
) -> None:
    answered, answer = tokens(route, body)

    assert (answered, answer.get("field") or None) == (status, field)
    assert tokens.registry.devices == {}


def test_a_body_that_is_not_the_base64_it_is_said_to_be(tokens: TokensFunction) -> None:
    assert tokens(PUT, "not base64!", in_base64=True)[0] == 400


def test_sign_out_of_one_device(tokens: TokensFunction) -> None:
    for token in (TOKEN, OTHER):
        tokens(PUT, {"token": token})

    with observed() as said:
        assert tokens(DELETE, token=TOKEN.upper()) == (200, {"result": "removed"})
    assert set(tokens.registry.devices) == {OTHER}
    assert said.metrics == {"DevicesRemoved": 1}


def test_nobody_signs_somebody_else_out(tokens: TokensFunction) -> None:
    tokens(PUT, {"token": TOKEN}, uid="bob")

    assert tokens(DELETE, token=TOKEN, uid="alice")[0] == 200
    assert tokens(DELETE_ALL, uid="alice") == (200, {"result": "removed", "count": 0})
    assert set(tokens.registry.devices) == {TOKEN}


def test_sign_out_everywhere(tokens: TokensFunction) -> None:
    for token in (TOKEN, OTHER):
        tokens(PUT, {"token": token})

    with observed() as said:
        assert tokens(DELETE_ALL) == (200, {"result": "removed", "count": 2})
    assert tokens.registry.devices == {}
    assert said.metrics == {"DevicesRemoved": 2}


@pytest.mark.parametrize("token", ["", "xyz", f"{TOKEN} ", "%61", "ab" * 101, "../x"])
def test_no_token_in_the_path(tokens: TokensFunction, token: str) -> None:
    status, answer = tokens(DELETE, token=token)

    assert (status, answer["field"]) == (400, "token")


@pytest.mark.parametrize("route", ["GET /voip-tokens", "DELETE /", "PUT /voip-tokens/{token}"])
def test_no_such_route(tokens: TokensFunction, route: str) -> None:
    assert tokens(route, token=TOKEN) == (404, {"error": f"no such route: {route}"})


@pytest.mark.parametrize(("route", "token"), [(PUT, None), (POST, None), (DELETE, TOKEN), (DELETE_ALL, None)])
def test_without_the_table_the_phone_is_to_try_again(tokens: TokensFunction, route: str, token: str | None) -> None:
    tokens.registry.available = False

    with observed() as said:
        assert tokens(route, {"token": TOKEN}, token=token) == (503, {"error": "try again"})
    assert said.log[0]["level"] == "ERROR"


@pytest.mark.parametrize("route", [PUT, POST])
def test_a_user_with_too_many_new_devices_today(tokens: TokensFunction, route: str) -> None:
    tokens.registry.full = True

    with observed() as said:
        assert tokens(route, {"token": TOKEN}) == (
            429,
            {"error": "this user has registered too many new devices today; see Retry-After"},
        )
    assert said.metrics == {"DevicesOverDailyCap": 1}
    assert tokens.last_headers["retry-after"] == "3600"


def test_a_log_has_no_token_but_its_hash(tokens: TokensFunction) -> None:
    with observed() as said:
        tokens(PUT, {"token": TOKEN})
        tokens(PUT, {"token": TOKEN, "uid": "bob"})
        tokens(PUT, {"token": f"{TOKEN}x"})
        tokens(DELETE, token=TOKEN)
        tokens(DELETE, token=f"{TOKEN}x")

    assert TOKEN not in said.text.lower()
    assert device_hash(TOKEN) in said.text


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(DELETE, None, False, "00")
@given(st.sampled_from([PUT, POST, DELETE, DELETE_ALL]), st.text() | st.none(), st.booleans(), st.text())
def test_no_request_is_an_unhandled_exception(
    tokens: TokensFunction, route: str, body: str | None, in_base64: bool, token: str
) -> None:
    with observed():
        status, _ = tokens(route, body, token=token, in_base64=in_base64)

    # By chance the text may be a device token.
    is_removal = route == DELETE_ALL or (route == DELETE and normalised_device_token(token))
    assert status == (200 if is_removal else 400)


def test_the_answer_of_a_registration_tells_when_to_come_back(tokens: TokensFunction) -> None:
    answer: Any = tokens(PUT, {"token": TOKEN, "environment": "sandbox"})[1]

    assert answer == REGISTERED | {"environment": "sandbox"}
