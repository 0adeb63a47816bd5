"""The authorizer's answer to API Gateway: who it is, or no."""

import importlib
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from authorizer.errors import CometChatUnavailable
from shared.errors import HandlerFailed
from tests.support.functions.authorizer import Issuer
from tests.support.http_events import REQUEST_ID, http_event
from tests.support.jwts import AUDIENCE, ISSUER
from tests.support.observed import observed

REFUSED = {"isAuthorized": False}
ALICE = {"isAuthorized": True, "context": {"uid": "alice"}}


COMETCHAT_TOKEN = f"superhero1_1630306819{'c3027ce530b2367'.ljust(30, '0')}"


class Unavailable:
    def uid_of(self, token: str) -> str:
        raise CometChatUnavailable("status 503 ")


@pytest.fixture
def app(issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> Any:
    module = importlib.import_module("authorizer.app")
    monkeypatch.setattr(module, "_verifiers", module.Verifiers(issuer.jwts, None))
    return module


def answer(app: Any, route: str = "PUT /voip-tokens", **headers: str) -> Any:
    return app.handler(http_event(route, "", headers), None)


@pytest.mark.parametrize("name", ["authorization", "Authorization"])
def test_a_valid_token(app: Any, issuer: Issuer, name: str) -> None:
    assert answer(app, **{name: f"Bearer {issuer.ec.token()}"}) == ALICE


@pytest.mark.parametrize(
    "route", ["PUT /voip-tokens", "DELETE /voip-tokens", "DELETE /voip-tokens/{token}", "GET /other"]
)
def test_the_route_does_not_matter(app: Any, issuer: Issuer, route: str) -> None:
    """API Gateway keeps the answer for all routes."""
    assert answer(app, route, authorization=f"Bearer {issuer.ec.token()}") == ALICE


def test_a_wrong_token(app: Any, issuer: Issuer) -> None:
    token = issuer.ec.token(aud="other")

    with observed() as said:
        assert answer(app, authorization=f"Bearer {token}") == REFUSED
    assert said.metrics == {"TokensRefused": 1}
    assert said.log[0]["correlation_id"] == REQUEST_ID
    assert not [part for part in token.split(".") if part in said.text]


@pytest.mark.parametrize(
    ("claims", "expected", "received"),
    [
        ({"aud": "other"}, AUDIENCE, "other"),
        ({"aud": ["one", "two"]}, AUDIENCE, "['one', 'two']"),
        ({"iss": "https://other.example"}, ISSUER, "https://other.example"),
        ({"iss": "x" * 300}, ISSUER, "x" * 200),
    ],
)
def test_a_token_for_others_is_logged_with_what_was_expected(
    app: Any, issuer: Issuer, claims: dict[str, Any], expected: str, received: str
) -> None:
    with observed() as said:
        assert answer(app, authorization=f"Bearer {issuer.ec.token(**claims)}") == REFUSED

    assert [(line["expected"], line["received"]) for line in said.log] == [(expected, received)]
    assert said.log[0]["reason"] == ("InvalidIssuerError" if expected == ISSUER else "InvalidAudienceError")


def test_of_a_token_that_was_not_signed_by_the_issuer_no_claim_is_logged(app: Any, issuer: Issuer) -> None:
    head, payload, _ = issuer.ec.token(aud="other").split(".")

    with observed() as said:
        assert answer(app, authorization=f"Bearer {head}.{payload}.{'A' * 86}") == REFUSED

    assert "received" not in said.log[0]


def test_no_token(app: Any) -> None:
    assert answer(app) == REFUSED


def test_without_the_issuers_keys_there_is_no_answer_that_api_gateway_would_keep(app: Any, issuer: Issuer) -> None:
    issuer.jwks.available = False

    with observed() as said, pytest.raises(HandlerFailed, match="JwksUnavailable"):
        answer(app, authorization=f"Bearer {issuer.ec.token()}")
    assert said.metrics == {"JwksUnavailable": 1}


def test_without_cometchat_either(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "_verifiers", app.Verifiers(None, Unavailable()))

    with observed() as said, pytest.raises(HandlerFailed, match="CometChatTokensUnavailable"):
        answer(app, authorization=f"Bearer {COMETCHAT_TOKEN}")
    assert said.metrics == {"CometChatTokensUnavailable": 1}
    assert COMETCHAT_TOKEN not in said.text


def test_without_settings_nobody_is_let_in(app: Any, issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "_verifiers", app._configure())

    with observed() as said:
        assert answer(app, authorization=f"Bearer {issuer.ec.token()}") == REFUSED
    assert said.metrics == {"AuthorizerNotConfigured": 1}


def test_the_settings_that_are_missing_are_logged(app: Any) -> None:
    with observed() as said:
        assert app._configure() is None
    assert "nobody can sign in: set TOKEN_ISSUER" in said.log[0]["reason"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text() | st.builds("Bearer {}".format, st.text()))
def test_no_header_is_an_unhandled_exception(app: Any, authorization: str) -> None:
    with observed() as said:
        assert answer(app, authorization=authorization) == REFUSED
    assert said.metrics == {"TokensRefused": 1}
