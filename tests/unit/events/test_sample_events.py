"""The files in events/ are what the generator makes, and mean to the functions what their names say."""

import json

import pytest

from local.sample_events import CREDENTIALS, EVENTS, TOKEN, UID, sample_events
from push.queue import Message
from shared.call_events import CallOver, CallRinging, from_json
from shared.http import Request
from tokens.config import Config
from tokens.requests import parse_registration
from webhook.cometchat import Receipt, parse
from webhook.credentials import Credentials, Refused, verify

VERSIONS = [Credentials(CREDENTIALS.hmac_secret.encode(), f"{CREDENTIALS.username}:{CREDENTIALS.password}".encode())]
FILES = {path.stem: json.loads(path.read_text()) for path in EVENTS.glob("*.json")}


def shape(value: object) -> object:
    """Which fields there are; times, ids and signatures differ with every run."""
    if isinstance(value, dict):
        return {name: shape(field) for name, field in value.items()}
    return [shape(item) for item in value] if isinstance(value, list) else type(value)


def test_the_files_are_those_of_the_generator() -> None:
    assert shape(FILES) == shape(sample_events(1_700_000_000_000))


@pytest.mark.parametrize(
    "name", ["webhook-call-initiated-brief", "webhook-call-initiated-documented", "webhook-custom-provider"]
)
def test_a_webhook_is_signed_and_rings(name: str) -> None:
    request = Request.from_event(FILES[name])

    verify(request.headers, request.body, VERSIONS)

    assert isinstance(parse(request.body, Receipt(request.received_at_ms, request.request_id)), CallRinging)


def test_the_wrong_signature_is_wrong() -> None:
    request = Request.from_event(FILES["webhook-wrong-signature"])

    with pytest.raises(Refused):
        verify(request.headers, request.body, VERSIONS)


@pytest.mark.parametrize(("name", "kind"), [("push-call-ringing", CallRinging), ("push-call-over", CallOver)])
def test_a_message_of_the_queue_is_one_of_our_events(name: str, kind: type) -> None:
    (record,) = FILES[name]["Records"]

    assert isinstance(from_json(Message.from_record(record).body), kind)


def test_the_registration_is_one() -> None:
    event = FILES["tokens-register"]
    config = Config(devices_table="devices", voip_topic="com.example.app.voip", default_environment="production")

    registration = parse_registration(Request.from_event(event).body, UID, config)

    assert (registration.token, registration.environment) == (TOKEN, "sandbox")
    assert event["requestContext"]["authorizer"]["lambda"]["uid"] == UID


def test_one_device_is_named_in_the_path() -> None:
    assert FILES["tokens-remove"]["pathParameters"] == {"token": TOKEN}
