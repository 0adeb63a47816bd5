"""The REST key: what a secret may hold, and what is said of one that does not."""

import json
from typing import Any

import pytest

from shared.cometchat_api import rest_api_key
from shared.errors import RestApiKeyUnusable
from shared.secrets import Secret
from tests.support.aws.secrets_manager import SECRET_ARN, FakeSecretsManager
from tests.support.clocks import MovedClock


def key_in(secret: str) -> str:
    return rest_api_key(Secret(FakeSecretsManager({"AWSCURRENT": secret}), SECRET_ARN, MovedClock()))


@pytest.mark.parametrize("key", ["0a1b2c", " 0a1b2c\n"])
def test_blanks_around_the_key_come_of_copying(key: str) -> None:
    assert key_in(json.dumps({"rest_api_key": key, "app_id": "x"})) == "0a1b2c"


@pytest.mark.parametrize("secret", ["", "0a1b2c", "null", "[]", "{}", "[" * 100_000])
def test_a_secret_of_another_shape(secret: str) -> None:
    with pytest.raises(RestApiKeyUnusable) as raised:
        key_in(secret)
    assert str(raised.value) == 'the secret with the REST key must be {"rest_api_key": "..."}'


@pytest.mark.parametrize("key", [None, 5, ["x"], "", " ", "0a 1b", "0a\n1b", "0a1ä", "0a\x001b"])
def test_what_is_no_key(key: Any) -> None:
    with pytest.raises(RestApiKeyUnusable):
        key_in(json.dumps({"rest_api_key": key}))
