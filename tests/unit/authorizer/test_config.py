"""Which credentials the authorizer takes, by its settings."""

import pytest

from authorizer.config import ALGORITHMS, CometChatConfig, Config, JwtConfig
from shared.errors import ConfigurationError

JWT = {
    "TOKEN_ISSUER": "https://issuer.example",
    "TOKEN_AUDIENCE": "voip",
    "TOKEN_JWKS_URL": "https://issuer.example/jwks.json",
    "TOKEN_UID_CLAIM": "sub",
    "TOKEN_ALGORITHMS": "RS256, ES256",
}
COMETCHAT = {
    "ACCEPT_COMETCHAT_TOKENS": "true",
    "COMETCHAT_API_URL": "https://app.api-us.cometchat.io/v3/",
    "COMETCHAT_API_SECRET_ARN": "arn",
}
# As the template sets them for a stack whose operator has chosen nothing.
UNSET = {name: "" for name in (*JWT, *COMETCHAT)} | {
    "TOKEN_UID_CLAIM": "sub",
    "TOKEN_ALGORITHMS": "RS256,ES256",
    "ACCEPT_COMETCHAT_TOKENS": "false",
}
BY_JWT = JwtConfig("https://issuer.example", "voip", "https://issuer.example/jwks.json", "sub", ("RS256", "ES256"))
BY_COMETCHAT = CometChatConfig("https://app.api-us.cometchat.io/v3", "arn")


def test_a_jwt_an_auth_token_or_both() -> None:
    assert Config.read(UNSET | JWT) == Config(BY_JWT, None)
    assert Config.read(UNSET | COMETCHAT) == Config(None, BY_COMETCHAT)
    assert Config.read(UNSET | JWT | COMETCHAT) == Config(BY_JWT, BY_COMETCHAT)
    # The group members' settings alone let nobody in.
    assert Config.read(UNSET | JWT | COMETCHAT | {"ACCEPT_COMETCHAT_TOKENS": "false"}) == Config(BY_JWT, None)


def test_all_algorithms_at_once_may_be_accepted() -> None:
    config = Config.read(UNSET | JWT | {"TOKEN_ALGORITHMS": ",".join(ALGORITHMS)})

    assert config.jwt
    assert config.jwt.algorithms == ALGORITHMS


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        ({}, ["nobody can sign in"]),
        ({"TOKEN_ISSUER": "https://issuer.example"}, ["TOKEN_AUDIENCE is missing", "TOKEN_JWKS_URL is missing"]),
        (JWT | {"TOKEN_JWKS_URL": "http://issuer.example"}, ["TOKEN_JWKS_URL must be a URL that begins with https://"]),
        (JWT | {"TOKEN_ALGORITHMS": "HS256"}, ["TOKEN_ALGORITHMS must be some of RS256, RS384"]),
        (JWT | {"TOKEN_ALGORITHMS": "none"}, ["TOKEN_ALGORITHMS must be some of RS256"]),
        ({"ACCEPT_COMETCHAT_TOKENS": "true"}, ["COMETCHAT_API_URL is missing", "COMETCHAT_API_SECRET_ARN is missing"]),
        (COMETCHAT | {"COMETCHAT_API_URL": "http://cometchat.example/v3"}, ["COMETCHAT_API_URL must be a URL that"]),
    ],
)
def test_what_is_missing_or_wrong_is_reported_whole(changes: dict[str, str], problems: list[str]) -> None:
    with pytest.raises(ConfigurationError) as raised:
        Config.read(UNSET | changes)

    assert [problem for problem in problems if problem not in str(raised.value)] == []
