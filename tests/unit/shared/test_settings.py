"""Settings: everything that is wrong is said at once."""

from typing import Any

import pytest

from authorizer.config import ALGORITHMS
from authorizer.config import Config as AuthorizerConfig
from shared.errors import ConfigurationError
from shared.settings import Settings, is_secure_url
from tokens.config import Config as TokensConfig
from webhook.config import Config as WebhookConfig

AUTHORIZER = {
    "TOKEN_ISSUER": "https://issuer.example",
    "TOKEN_AUDIENCE": "voip",
    "TOKEN_JWKS_URL": "https://issuer.example/jwks.json",
    "TOKEN_UID_CLAIM": "sub",
    "TOKEN_ALGORITHMS": "RS256, ES256",
}


def problems(settings: Settings) -> list[str]:
    with pytest.raises(ConfigurationError) as raised:
        settings.check()
    return str(raised.value).split("; ")


def test_all_problems_are_reported_at_once() -> None:
    settings = Settings({"COLOUR": "red", "COUNT": "12", "URL": "http://example.com"})

    settings.text("NAME")
    settings.one_of("COLOUR", ("green", "blue"))
    settings.integer("COUNT", minimum=1, maximum=10)
    settings.https_url("URL")
    settings.require(False, "SIZE must fit")

    assert problems(settings) == [
        "NAME is missing",
        "COLOUR must be one of green, blue",
        "COUNT must be a whole number from 1 to 10",
        "URL must be a URL that begins with https://",
        "SIZE must fit",
    ]


def test_a_missing_setting_is_one_problem() -> None:
    settings = Settings({})

    settings.one_of("COLOUR", ("green", "blue"))
    settings.integer("COUNT", minimum=1, maximum=10)
    settings.https_url("URL")

    assert problems(settings) == ["COLOUR is missing", "COUNT is missing", "URL is missing"]


def test_good_settings_are_read() -> None:
    settings = Settings({"NAME": " n ", "COLOUR": "blue", "COUNT": "10", "URL": "https://example.com/X/"})

    assert settings.text("NAME") == "n"
    assert settings.optional_text("OTHER") == ""
    assert settings.one_of("COLOUR", ("green", "blue")) == "blue"
    assert settings.integer("COUNT", minimum=1, maximum=10) == 10
    assert settings.https_url("URL") == "https://example.com/X"
    settings.require(True, "SIZE must fit")
    settings.check()


@pytest.mark.parametrize("text", ["0", "11", "-1", "1.5", "ten", "1e1", "²"])
def test_no_such_number(text: str) -> None:
    settings = Settings({"COUNT": text})

    assert 1 <= settings.integer("COUNT", minimum=1, maximum=10) <= 10
    assert problems(settings) == ["COUNT must be a whole number from 1 to 10"]


@pytest.mark.parametrize(
    "url", ["https://a", "https://a.example:8443/x", "http://127.0.0.1:1", "http://localhost/x", "http://[::1]"]
)
def test_secure_urls(url: str) -> None:
    assert is_secure_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://",
        "https:///x",
        "http://a",
        "http://127.0.0.1.example.com",
        "http://localhost@example.com",
        "file:///etc/passwd",
        "ftp://localhost",
        "https://[",
        "example.com",
        "//example.com",
    ],
)
def test_urls_that_are_not_secure(url: str) -> None:
    assert not is_secure_url(url)


@pytest.mark.parametrize(
    ("config", "names"),
    [
        (WebhookConfig, {"CALLS_QUEUE_URL", "WEBHOOK_SECRET_ARN"}),
        (TokensConfig, {"DEVICES_TABLE", "BUNDLE_ID", "DEFAULT_APNS_ENVIRONMENT"}),
    ],
)
def test_a_function_names_every_setting_that_it_misses(config: Any, names: set[str]) -> None:
    with pytest.raises(ConfigurationError) as raised:
        config.read({})
    for name in names:
        assert f"{name} is missing" in str(raised.value)


@pytest.mark.parametrize("algorithms", ["none", "HS256", "RS256,HS256", "RS256,none", "rs256", ",", "RS256,"])
def test_only_asymmetric_algorithms_can_be_configured(algorithms: str) -> None:
    with pytest.raises(ConfigurationError, match=f"some of {', '.join(ALGORITHMS)}"):
        AuthorizerConfig.read(AUTHORIZER | {"TOKEN_ALGORITHMS": algorithms})


def test_the_issuers_keys_come_over_https() -> None:
    with pytest.raises(ConfigurationError, match="TOKEN_JWKS_URL"):
        AuthorizerConfig.read(AUTHORIZER | {"TOKEN_JWKS_URL": "http://issuer.example/jwks.json"})
