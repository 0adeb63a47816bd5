"""The whole authorizer, set up from its environment variables: an issuer and CometChat over HTTP, a real secret."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import authorizer.app
from local.services.http_server import Request, Response, serve
from shared.errors import HandlerFailed
from shared.log_messages import LogMessage
from tests.support.aws.emulator import aws_client
from tests.support.http_events import http_event
from tests.support.jwks_server import JwksServer
from tests.support.jwts import AUDIENCE, ISSUER, SigningKey
from tests.support.observed import observed

KEY = SigningKey("key")
COMETCHAT_TOKEN = "superhero1_1630306819c3027ce530b2367f3c97b4106f0cb8"
REFUSED = {"isAuthorized": False}


@pytest.fixture
def secret_arn(aws_endpoint: str) -> Iterator[str]:
    client = aws_client("secretsmanager", aws_endpoint)
    arn = client.create_secret(Name="authorizer-test", SecretString=json.dumps({"rest_api_key": "the-key"}))["ARN"]
    yield arn
    client.delete_secret(SecretId=arn, ForceDeleteWithoutRecovery=True)


@pytest.fixture
def cometchat() -> Iterator[str]:
    def answer(request: Request) -> Response:
        assert request.headers["apikey"] == "the-key"
        return Response(200, {"data": {"uid": "superhero1", "authToken": COMETCHAT_TOKEN}})

    with serve(answer) as url:
        yield f"{url}/v3"


@pytest.fixture
def variables(
    issuer: JwksServer, cometchat: str, secret_arn: str, aws_endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., None]:
    """Those of a stack that accepts the tokens in question."""

    def given(*, jwts: bool, cometchat_tokens: bool) -> None:
        settings = {
            "AWS_ENDPOINT_URL": aws_endpoint,
            "TOKEN_ISSUER": ISSUER if jwts else "",
            "TOKEN_AUDIENCE": AUDIENCE if jwts else "",
            "TOKEN_JWKS_URL": issuer.url if jwts else "",
            "TOKEN_UID_CLAIM": "sub",
            "TOKEN_ALGORITHMS": "ES256",
            "ACCEPT_COMETCHAT_TOKENS": "true" if cometchat_tokens else "false",
            "COMETCHAT_API_URL": cometchat,
            "COMETCHAT_API_SECRET_ARN": secret_arn,
        }
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(authorizer.app, "_verifiers", authorizer.app._configure())

    issuer.publish(KEY.jwk())
    return given


def sign_in(token: str) -> Any:
    return authorizer.app.handler(http_event("PUT /voip-tokens", "", {"authorization": f"Bearer {token}"}), None)


def uid(answer: Any) -> str:
    assert answer["isAuthorized"] is True
    found: str = answer["context"]["uid"]
    return found


def test_both_kinds_of_token_where_both_are_accepted(variables: Callable[..., None]) -> None:
    variables(jwts=True, cometchat_tokens=True)

    assert uid(sign_in(KEY.token())) == "alice"
    assert uid(sign_in(COMETCHAT_TOKEN)) == "superhero1"


def test_only_jwts(variables: Callable[..., None]) -> None:
    variables(jwts=True, cometchat_tokens=False)

    assert uid(sign_in(KEY.token())) == "alice"
    assert sign_in(COMETCHAT_TOKEN) == REFUSED


def test_only_cometchats_tokens(variables: Callable[..., None]) -> None:
    variables(jwts=False, cometchat_tokens=True)

    assert uid(sign_in(COMETCHAT_TOKEN)) == "superhero1"
    assert sign_in(KEY.token()) == REFUSED


def test_without_settings_nobody_gets_in_and_the_log_says_what_to_set(variables: Callable[..., None]) -> None:
    with observed() as said:
        variables(jwts=False, cometchat_tokens=False)
        assert sign_in(KEY.token()) == sign_in(COMETCHAT_TOKEN) == REFUSED

    assert said.metrics == {"AuthorizerNotConfigured": 2}
    assert said.log[0]["message"] == LogMessage.AUTHORIZER_NOT_CONFIGURED
    assert "TOKEN_ISSUER, TOKEN_AUDIENCE, TOKEN_JWKS_URL, or ACCEPT_COMETCHAT_TOKENS" in said.log[0]["reason"]


def test_an_issuer_without_keys_is_named_with_what_it_answered(
    variables: Callable[..., None], issuer: JwksServer
) -> None:
    variables(jwts=True, cometchat_tokens=False)
    issuer.body = b"<html>"

    with observed() as said, pytest.raises(HandlerFailed):
        sign_in(KEY.token())

    [line] = [each for each in said.log if each["message"] == LogMessage.CREDENTIAL_NOT_CHECKED]
    assert line["detail"] == "not a usable key set: JSONDecodeError"
