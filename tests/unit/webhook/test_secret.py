"""The webhook's secret: what may lie in it, and what is made of its versions."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import SecretUnavailable, UnusableSecret
from shared.secrets import Secret
from tests.support.aws.secrets_manager import SECRET_ARN, FakeSecretsManager, client_error
from tests.support.clocks import MovedClock
from tests.support.cometchat.samples import CREDENTIALS
from webhook.credentials import Credentials
from webhook.errors import MalformedCredentials, NoCredentials
from webhook.secret import WebhookSecret

GOOD = json.dumps(CREDENTIALS)


def secret(versions: dict[str, Any]) -> WebhookSecret:
    return WebhookSecret(Secret(FakeSecretsManager(versions), SECRET_ARN, MovedClock()))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"hmac_secret": "s"}, Credentials(b"s", None)),
        ({"username": "u", "password": "p:w"}, Credentials(None, b"u:p:w")),
        ({"hmac_secret": "", "username": "u", "password": "p"}, Credentials(None, b"u:p")),
        ({"hmac_secret": "ß", "username": "u", "password": "🔑"}, Credentials("ß".encode(), "u:🔑".encode())),
        ({"hmac_secret": "s", "note": "by hand"}, Credentials(b"s", None)),
    ],
)
def test_either_kind_or_both(value: dict[str, str], expected: Credentials) -> None:
    assert Credentials.parse(json.dumps(value)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hunter2",
        "null",
        "[]",
        '"hunter2"',
        "{}",
        '{"hmac_secret": ""}',
        '{"hmac_secret": null}',
        '{"hmac_secret": 2}',
        '{"hmac_secret": ["hunter2"]}',
        '{"hmac_secret": "hunter2", "username": "hunter2"}',
        '{"hmac_secret": "hunter2", "password": "hunter2"}',
        '{"username": "hunter2"}',
        '{"password": "hunter2"}',
        '{"username": "", "password": ""}',
        '{"username": "hun:ter2", "password": "hunter2"}',
        '{"HMAC_SECRET": "hunter2"}',
        '{"hmac_secret": "hunter2\\ud800"}',
        '{"hmac_secret": "hunter2"',
        "[" * 100_000,
    ],
)
def test_a_malformed_secret_is_refused_without_being_quoted(text: str) -> None:
    with pytest.raises(MalformedCredentials) as raised:
        Credentials.parse(text)
    assert "hunter2" not in str(raised.value)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[]", "the webhook secret must be a JSON object"),
        ('{"hmac_secret": 2}', "hmac_secret, username and password must be strings"),
        ("{}", "the webhook secret must hold hmac_secret, or username and password, or all three"),
        ("", "the webhook secret is empty; put the credentials of the CometChat dashboard into it"),
    ],
)
def test_what_is_wrong_with_a_secret_is_said(text: str, problem: str) -> None:
    with pytest.raises(UnusableSecret) as raised:
        secret({"AWSCURRENT": text}).current()
    assert str(raised.value) == problem


@given(st.text() | st.recursive(st.none() | st.booleans() | st.text(), st.lists).map(json.dumps))
def test_no_other_text_is_taken_for_credentials(text: str) -> None:
    with pytest.raises(MalformedCredentials):
        Credentials.parse(text)


def test_credentials_do_not_show_in_their_repr() -> None:
    assert "hmac-secret" not in repr(Credentials.parse(GOOD))


def test_current_and_previous() -> None:
    both = secret({"AWSCURRENT": '{"hmac_secret": "new"}', "AWSPREVIOUS": '{"hmac_secret": "old"}'})

    assert (both.current(), both.previous()) == (Credentials(b"new", None), Credentials(b"old", None))


@pytest.mark.parametrize("previous", [{}, {"AWSPREVIOUS": "broken"}, {"AWSPREVIOUS": ""}])
def test_current_alone_suffices(previous: dict[str, str]) -> None:
    alone = secret({"AWSCURRENT": GOOD, **previous})

    assert alone.current() == Credentials.parse(GOOD)
    assert alone.previous() is None


@pytest.mark.parametrize(
    "versions",
    [
        {},
        {"AWSCURRENT": ""},
        {"AWSPREVIOUS": GOOD},
        {"AWSCURRENT": {"ARN": "webhook", "SecretBinary": GOOD.encode()}, "AWSPREVIOUS": GOOD},
    ],
)
def test_without_a_current_value_nobody_is_let_in(versions: dict[str, Any]) -> None:
    with pytest.raises(NoCredentials):
        secret(versions).current()


def test_a_broken_current_version_is_not_replaced_by_the_previous_one() -> None:
    with pytest.raises(MalformedCredentials):
        secret({"AWSCURRENT": "broken", "AWSPREVIOUS": GOOD}).current()


def test_trouble_with_secrets_manager_is_not_an_empty_secret() -> None:
    client = FakeSecretsManager({"AWSCURRENT": GOOD})
    client.failure = client_error("AccessDeniedException", "GetSecretValue")

    with pytest.raises(SecretUnavailable):
        WebhookSecret(Secret(client, SECRET_ARN, MovedClock())).current()
