"""The files in events/ are what the generator makes, and mean to the functions what their names say."""

import json
from collections.abc import Mapping
from typing import Any

import jwt
import pytest

from authorizer.config import JwtConfig
from authorizer.errors import Unauthorized, UnknownKey
from authorizer.identity import identify
from authorizer.jwts import Jwts
from local.sample_events import function_of, sample_events
from local.sample_events.__main__ import EVENTS, main
from local.sample_events.credentials import AUDIENCE, ISSUER, KEY_ID, TOKEN, UID, WEBHOOK, jwk
from push.queue import Message
from shared.call_events import CallEnded, CallEvent, CallRinging, from_json
from shared.clock import now_ms
from shared.errors import InvalidBody, UnreadableBody, UnreadableEvent
from shared.http import Request
from tokens.config import Config as TokensConfig
from tokens.errors import ForeignUid
from tokens.requests import Registration, parse_registration, parse_token
from webhook.call_ends import EndReceived
from webhook.cometchat import Ignored
from webhook.credentials import Credentials
from webhook.errors import Refused
from webhook.receive import authenticate, receive

FILES: Mapping[str, Any] = {path.stem: json.loads(path.read_text()) for path in EVENTS.glob("*.json")}
MADE_AT_MS: int = FILES["webhook-call-initiated-signed"]["requestContext"]["timeEpoch"]
RING_MS = 45_000


def names(prefix: str) -> list[str]:
    return sorted(name for name in FILES if name.startswith(prefix))


def test_the_files_are_those_of_the_generator_to_the_last_byte_of_their_signatures() -> None:
    assert sample_events(MADE_AT_MS) == FILES


def test_the_time_is_the_only_thing_that_they_depend_on() -> None:
    assert sample_events(MADE_AT_MS) == sample_events(MADE_AT_MS)
    assert all(event != FILES[name] for name, event in sample_events(MADE_AT_MS + 1_000).items())


def test_every_event_is_for_a_function() -> None:
    assert {function_of(name) for name in FILES} == {
        "WebhookFunction",
        "PushFunction",
        "TokensFunction",
        "CallsFunction",
        "AuthorizerFunction",
    }


def test_one_event_goes_to_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["push-call-ringing"]) == 0

    (record,) = json.loads(capsys.readouterr().out)["Records"]
    assert from_json(record["body"])


class Secret:
    def current(self, *, max_age_ms: int = 0) -> Credentials:
        return Credentials(WEBHOOK.hmac_secret.encode(), f"{WEBHOOK.username}:{WEBHOOK.password}".encode())

    def previous(self, *, max_age_ms: int = 0) -> None:
        return None


class Taken(list[CallEvent]):
    """What the queue and the calls table were given."""

    def send(self, event: CallEvent, *, tries: int = 1) -> None:
        self.append(event)

    def add(self, call_ended: CallEnded) -> None:
        self.append(call_ended)


def received(name: str) -> tuple[CallEvent | Ignored, Taken]:
    taken = Taken()
    authentic = authenticate(Request.from_event(FILES[name]), Secret())
    outcome = receive(authentic, taken, lambda: taken, ring_ms=RING_MS).outcome
    if isinstance(outcome, EndReceived):
        assert outcome.result == "noted"
        return outcome.call_ended, taken
    return outcome, taken


RINGING = (CallRinging, "")
WEBHOOKS: Mapping[str, tuple[type, str]] = {
    "webhook-call-initiated-signed": RINGING,
    "webhook-call-initiated-documented": RINGING,
    "webhook-call-initiated-in-base64": RINGING,
    "webhook-call-initiated-to-group": RINGING,
    "webhook-custom-provider": RINGING,
    "webhook-call-started": (CallEnded, "started"),
    "webhook-call-participant-joined": (CallEnded, "participant_joined"),
    "webhook-call-ended": (CallEnded, "ended"),
    "webhook-call-busy": (CallEnded, "busy"),
    "webhook-call-cancelled": (CallEnded, "cancelled"),
    "webhook-call-rejected": (CallEnded, "rejected"),
    "webhook-call-unanswered": (CallEnded, "unanswered"),
    "webhook-custom-provider-cancelled": (CallEnded, "cancelled"),
    "webhook-call-participant-left": (Ignored, "this trigger rings nobody"),
    "webhook-recording-generated": (Ignored, "this trigger rings nobody"),
    "webhook-custom-provider-message": (Ignored, "this notification is not of a call"),
    "webhook-no-credentials": (Refused, "no credential"),
    "webhook-wrong-signature": (Refused, "wrong signature"),
    "webhook-body-changed-after-signing": (Refused, "wrong signature"),
    "webhook-wrong-password": (Refused, "wrong basic credentials"),
    "webhook-one-of-two-credentials-wrong": (Refused, "wrong basic credentials"),
    "webhook-not-json": (InvalidBody, "the body must be JSON in UTF-8"),
    "webhook-no-caller": (InvalidBody, "data.initiator.uid must be 1 to 100 letters, digits, - or _"),
    "webhook-not-base64": (UnreadableBody, ""),
}


@pytest.mark.parametrize("name", names("webhook-"))
def test_a_webhook_means_what_its_name_says(name: str) -> None:
    kind, what = WEBHOOKS[name]
    taken: list[CallEvent] = []

    try:
        outcome: object
        outcome, taken = received(name)
    except (Refused, InvalidBody, UnreadableBody) as error:
        outcome = error

    assert type(outcome) is kind
    match outcome:
        case CallEnded(trigger=said) | Ignored(reason=said) | Refused(reason=said):
            assert said == what
        case InvalidBody():
            assert str(outcome) == what
    assert taken == ([outcome] if kind in (CallRinging, CallEnded) else [])


def test_a_webhook_rings_bob_or_the_group() -> None:
    for name in (name for name, expected in WEBHOOKS.items() if expected is RINGING):
        call = received(name)[0]
        assert isinstance(call, CallRinging)
        assert call.callee_uid == ("" if name.endswith("-to-group") else UID)


def test_each_webhook_is_about_a_call_of_its_own() -> None:
    """Else the end of one would silence another."""
    calls = [received(name)[0] for name, (kind, _) in WEBHOOKS.items() if kind in (CallRinging, CallEnded)]

    sessions = [call.session_id for call in calls if not isinstance(call, Ignored)]
    assert len(set(sessions)) == len(sessions) == 13


MESSAGES: Mapping[str, list[type]] = {
    "push-call-ringing": [CallRinging],
    "push-call-ringing-redelivered": [CallRinging],
    "push-call-ended": [CallEnded],
    "push-call-stale": [CallRinging],
    "push-no-device": [CallRinging],
    "push-call-to-group": [CallRinging],
    "push-unreadable": [UnreadableEvent],
    "push-batch": [CallRinging, CallRinging, CallEnded, UnreadableEvent],
}


@pytest.mark.parametrize("name", names("push-"))
def test_a_message_of_the_queue_is_what_its_name_says(name: str) -> None:
    kinds = []
    for record in FILES[name]["Records"]:
        try:
            event: object = from_json(Message.from_record(record).body)
        except UnreadableEvent as error:
            event = error
        if isinstance(event, CallRinging):
            assert (event.initiated_at_ms + RING_MS > MADE_AT_MS) is (name != "push-call-stale")
        kinds.append(type(event))

    assert kinds == MESSAGES[name]


def registered(event: Mapping[str, Any]) -> Registration:
    config = TokensConfig(devices_table="devices", bundle_ids=("com.example.app",), default_environment="production")
    return parse_registration(Request.from_event(event).body, UID, config)


@pytest.mark.parametrize("name", names("tokens-"))
def test_a_phone_is_signed_in_as_bob(name: str) -> None:
    assert FILES[name]["requestContext"]["authorizer"]["lambda"]["uid"] == UID


@pytest.mark.parametrize(
    ("name", "environment"), [("tokens-register", "sandbox"), ("tokens-register-with-uid", "production")]
)
def test_a_registration_is_one(name: str, environment: str) -> None:
    registration = registered(FILES[name])

    assert (registration.token, registration.environment) == (TOKEN, environment)


@pytest.mark.parametrize(
    ("name", "error", "field"),
    [
        ("tokens-register-bad-token", InvalidBody, "token"),
        ("tokens-register-bad-environment", InvalidBody, "environment"),
        ("tokens-register-not-json", InvalidBody, ""),
        ("tokens-register-foreign-uid", ForeignUid, None),
    ],
)
def test_a_registration_is_refused_for_what_its_name_says(name: str, error: type[Exception], field: str | None) -> None:
    with pytest.raises(error) as refusal:
        registered(FILES[name])

    assert getattr(refusal.value, "field", None) == field


def test_one_device_is_named_in_the_path() -> None:
    assert parse_token(FILES["tokens-remove"]["pathParameters"]["token"]) == TOKEN
    with pytest.raises(InvalidBody):
        parse_token(FILES["tokens-remove-bad-token"]["pathParameters"]["token"])


class Keys:
    def key(self, key_id: str, algorithm: str) -> jwt.PyJWK:
        if (key_id, algorithm) != (KEY_ID, "ES256"):
            raise UnknownKey
        return jwt.PyJWK(jwk())


REFUSALS = {
    "authorizer-expired": "ExpiredSignatureError",
    "authorizer-other-audience": "InvalidAudienceError",
    "authorizer-other-issuer": "InvalidIssuerError",
    "authorizer-unknown-key": "the JWT's key is not one of the issuer's",
    "authorizer-no-signature": "the JWT's algorithm is not accepted here",
    "authorizer-not-a-uid": "sub is not a CometChat uid",
    "authorizer-not-a-jwt": "DecodeError",
    "authorizer-not-bearer": "not a bearer token",
}


@pytest.mark.parametrize("name", names("authorizer-"))
def test_the_authorizer_says_yes_to_one_and_no_to_the_others_for_the_right_reason(name: str) -> None:
    jwts = Jwts(JwtConfig(ISSUER, AUDIENCE, "https://unused.example", "sub", ("ES256",)), Keys())
    # The JWTs in the files have expired, since they are good for an hour only.
    event = sample_events(now_ms())[name]

    try:
        said = identify(event["headers"]["authorization"], jwts=jwts, cometchat=None)
    except Unauthorized as refusal:
        said = str(refusal)

    assert said == REFUSALS.get(name, UID)
