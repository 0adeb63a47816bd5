"""Nothing private in texts that others have worded."""

import json

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ParamValidationError
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import SecretUnavailable
from shared.redaction import describe, hide_values, redact
from tests.support.aws.secrets_manager import client_error
from tests.support.jwts import SigningKey

TOKEN = "a1B2" * 16
JWT = SigningKey("ec").token()
PEM = "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMG\n-----END PRIVATE KEY-----"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"POST /3/device/{TOKEN} failed", "POST /3/device/<hex> failed"),
        (f"superhero1_1630306819{'3027ce530b2367' * 2}3027", "superhero1_<hex>"),
        (f"got {JWT}!", "got <JWT>!"),
        ("authorization: Bearer aBc.def", "authorization: Bearer <hidden>"),
        ("{'Authorization': 'basic dTpwYXNz'}", "{'Authorization': 'basic <hidden>'}"),
        (f"key {PEM} end", "key <key> end"),
        ("-----BEGIN EC PRIVATE KEY-----\ncut off", "<key>"),
        ("apns-id 5a6bd4c1-63ad-5a5c-9d1f-6c1f0f2b8a57", "apns-id 5a6bd4c1-63ad-5a5c-9d1f-6c1f0f2b8a57"),
        ("wrong basic credentials", "wrong basic credentials"),
        ("Root=1-63441c4a-abcdef012345678912345678", "Root=1-63441c4a-abcdef012345678912345678"),
    ],
)
def test_credentials_and_device_tokens_are_told_by_their_shape(text: str, expected: str) -> None:
    assert redact(text) == expected


@given(st.text(st.characters(exclude_characters='"\\', exclude_categories=["C"]), min_size=8, max_size=40))
def test_a_secret_that_was_read_is_known_by_its_value(value: str) -> None:
    hide_values(json.dumps({"username": "cometchat", "nested": [{"password": value}]}))

    assert value not in redact(f"it says {value}.")
    assert redact("cometchat") == "cometchat"


def test_a_secret_that_is_not_json_is_hidden_whole() -> None:
    hide_values("correct horse battery staple")

    assert redact("correct horse battery staple") == "<secret>"


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (
            client_error("AccessDeniedException", "GetSecretValue"),
            "ClientError: An error occurred (AccessDeniedException) when calling the GetSecretValue operation: "
            "arn:aws:secretsmanager:us-east-1:000000000000:secret:test said AccessDeniedException",
        ),
        (
            EndpointConnectionError(endpoint_url="https://sqs.example"),
            'EndpointConnectionError: Could not connect to the endpoint URL: "https://sqs.example"',
        ),
        (ParamValidationError(report="Invalid type for parameter MessageBody, value: Andrew"), "ParamValidationError"),
        (SecretUnavailable("out of reach"), "SecretUnavailable: out of reach"),
        (ConnectionRefusedError(111, "Connection refused"), "ConnectionRefusedError: [Errno 111] Connection refused"),
        (ValueError("Andrew is no number"), "ValueError"),
        (KeyError("Andrew"), "KeyError"),
        (ClientError({"Error": {"Message": TOKEN}}, "Query"), None),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_error_is_described_without_what_it_quotes(error: Exception, expected: str | None) -> None:
    text = describe(error)

    assert expected in (None, text)
    assert "Andrew" not in text
    assert TOKEN not in text
