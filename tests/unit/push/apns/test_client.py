"""One push and what is made of its answer."""

import asyncio
import json
import threading
from dataclasses import dataclass, field

import httpx
import jwt
import pytest

from push.apns.client import Apns, VoipPush
from push.apns.http2.errors import RequestReturned
from push.apns.key import ApnsKeySecret
from push.apns.outcomes import Accepted, CannotSend, NotSent, NotTaken, Outcome, Rejected, Unknown
from push.apns.provider_token import GRID_S, ProviderTokens
from shared.secrets import Secret
from tests.support.apns.credentials import SigningKey
from tests.support.apns.key_secrets import secret_of, secret_per_environment
from tests.support.aws.secrets_manager import SECRET_ARN, FakeSecretsManager, client_error
from tests.support.clocks import MovedClock
from tests.support.push.events import TOKEN, TOPIC

PUSH = VoipPush(TOKEN, TOPIC, "3f1c", b'{"aps":{}}', 1_744_960_030)
KEY = SigningKey()
ROTATED = SigningKey(key_id="ROTATED123")


URLS = {"production": "https://production.test", "sandbox": "https://sandbox.test"}


@dataclass
class FakeTransport:
    """Answers every request with `response`, or raises it."""

    response: httpx.Response | Exception = field(default_factory=lambda: httpx.Response(200))
    requests: list[httpx.Request] = field(default_factory=list)
    prepared: list[str] = field(default_factory=list)
    renewals: int = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if isinstance(self.response, Exception):
            raise self.response
        return self.response

    def prepare(self, authorization: str) -> None:
        self.prepared.append(authorization)

    def renew(self) -> None:
        self.renewals += 1


@dataclass
class Sender:
    secret: str = field(default_factory=lambda: secret_of(KEY))
    clock: MovedClock = field(default_factory=MovedClock)

    def __post_init__(self) -> None:
        self.store = FakeSecretsManager({"AWSCURRENT": self.secret})
        self.hosts = {"production": FakeTransport(), "sandbox": FakeTransport()}
        keys = ApnsKeySecret(Secret(self.store, SECRET_ARN, self.clock), self.clock)
        self.apns = Apns(URLS, self.hosts, keys, ProviderTokens(self.clock))

    def push(self, response: httpx.Response | Exception | None = None, environment="production") -> Outcome:
        if response is not None:
            self.hosts[environment].response = response
        return asyncio.run(self.apns.push(PUSH, environment, write_within_s=0.5, timeout_s=1.5))


@pytest.fixture
def sender() -> Sender:
    return Sender()


def test_the_request_is_as_apple_wants_it(sender):
    assert sender.push() == Accepted()
    assert sender.hosts["sandbox"].requests == []
    [request] = sender.hosts["production"].requests
    assert (request.method, str(request.url), request.content) == ("POST", URLS["production"], b'{"aps":{}}')
    assert request.extensions["target"] == f"/3/device/{TOKEN}".encode()
    assert request.extensions["timeout"] == {"pool": 0.5, "read": pytest.approx(1.5, abs=0.5)}
    headers = {name: value for name, value in request.headers.items() if name.startswith("apns-")}
    assert headers == {
        "apns-topic": TOPIC,
        "apns-push-type": "voip",
        "apns-priority": "10",
        "apns-expiration": "1744960030",
        "apns-id": "3f1c",
    }
    assert request.headers["authorization"].startswith("bearer ")


def test_a_connection_is_prepared_with_the_token_of_the_pushes_to_come(sender):
    asyncio.run(sender.apns.prepare())
    sender.push()
    [request] = sender.hosts["production"].requests
    assert sender.hosts["production"].prepared == [request.headers["authorization"]]
    assert sender.hosts["sandbox"].prepared == []


def test_the_environment_that_was_used_last_is_prepared(sender):
    sender.push(environment="sandbox")
    asyncio.run(sender.apns.prepare())
    assert (len(sender.hosts["production"].prepared), len(sender.hosts["sandbox"].prepared)) == (0, 1)


@pytest.mark.parametrize("secret", ["", "{}"])
def test_without_a_key_nothing_is_prepared_and_the_push_says_why(secret):
    sender = Sender(secret)
    asyncio.run(sender.apns.prepare())
    assert sender.hosts["production"].prepared == []
    outcome = sender.push()
    assert isinstance(outcome, CannotSend)
    assert ".p8" in outcome.why


def test_while_the_key_cannot_be_read_nothing_is_sent(sender):
    sender.store.failure = client_error("InternalServiceError", "GetSecretValue")
    outcome = sender.push()
    assert isinstance(outcome, NotSent)
    assert outcome.why.startswith("the APNs key is unavailable: ClientError")
    assert sender.hosts["production"].requests == []


def test_a_key_that_does_not_come_in_time_is_not_waited_for(sender):
    released = threading.Event()
    sender.store.before_answer = released.wait

    async def push() -> Outcome:
        try:
            return await sender.apns.push(PUSH, "production", write_within_s=0.5, timeout_s=0.01)
        finally:
            released.set()

    assert asyncio.run(push()) == NotSent("the APNs key is unavailable: no answer in time")
    assert sender.hosts["production"].requests == []


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (410, b'{"reason":"Unregistered","timestamp":1744960000000}', Rejected(410, "Unregistered", 1744960000000)),
        (410, b'{"reason":"Unregistered","timestamp":"x"}', Rejected(410, "Unregistered")),
        (400, b'{"reason":"BadDeviceToken"}', Rejected(400, "BadDeviceToken")),
        (400, b'{"reason":7}', Rejected(400, "")),
        (503, b"", Rejected(503, "")),
        (502, b"<html>Bad gateway</html>", Rejected(502, "")),
        (500, b"\xff\xfe", Rejected(500, "")),
        (500, b"[]", Rejected(500, "")),
        (500, b"null", Rejected(500, "")),
        (500, b"{}", Rejected(500, "")),
        (200, b"whatever", Accepted()),
        (204, b"", Rejected(204, "")),
    ],
)
def test_answers(sender, status, body, outcome):
    assert sender.push(httpx.Response(status, content=body)) == outcome


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (RequestReturned(f"to {TOKEN}"), NotTaken("RequestReturned")),
        (httpx.ConnectError(f"to {TOKEN}"), NotSent("ConnectError")),
        (httpx.ConnectTimeout(f"to {TOKEN}"), NotSent("ConnectTimeout")),
        (httpx.ReadError(f"to {TOKEN}"), Unknown("ReadError")),
        (httpx.ReadTimeout(""), Unknown("ReadTimeout")),
        (httpx.WriteError(""), Unknown("WriteError")),
        (httpx.RemoteProtocolError(""), Unknown("RemoteProtocolError")),
        (httpx.LocalProtocolError(""), Unknown("LocalProtocolError")),
        (TimeoutError(), Unknown("TimeoutError")),
    ],
)
def test_errors_say_whether_it_may_have_been_sent(sender, error, outcome):
    assert sender.push(error) == outcome


def test_without_a_key_for_an_environment_nothing_is_sent_there():
    sender = Sender(secret_per_environment(None, KEY))
    assert sender.push() == CannotSend("there is no APNs key for production")
    assert (sender.apns.has_key_for("production"), sender.apns.has_key_for("sandbox")) == (False, True)
    assert sender.hosts["production"].requests == []
    assert sender.push(environment="sandbox") == Accepted()


def refusal(reason: str) -> httpx.Response:
    return httpx.Response(403, content=json.dumps({"reason": reason}))


def refused_token(outcome: Outcome) -> str:
    assert isinstance(outcome, Rejected)
    return outcome.provider_token


def test_what_was_refused_is_shown_nowhere(sender):
    outcome = sender.push(refusal("InvalidProviderToken"))
    assert refused_token(outcome)
    assert refused_token(outcome) not in repr(outcome)


def test_every_push_that_was_refused_as_expired_goes_again_with_the_one_new_token(sender, counted):
    refused = [refused_token(sender.push(refusal("ExpiredProviderToken"))) for _ in range(3)]
    renewals = [asyncio.run(sender.apns.new_provider_token("production", refused=token)) for token in refused]
    assert renewals == [True] * 3
    new = refused_token(sender.push())
    assert new not in refused
    assert not asyncio.run(sender.apns.new_provider_token("production", refused=new))
    assert counted() == {"ClockSkews": 1}


def test_before_it_was_read_there_is_no_key(sender):
    assert not sender.apns.has_key_for("production")


def test_where_there_is_no_key_there_is_no_other_one():
    sender = Sender(secret_per_environment(None, KEY))
    assert isinstance(sender.push(), CannotSend)
    assert not asyncio.run(sender.apns.read_key_again("production", refused=""))


def test_a_token_that_is_no_longer_used_is_not_replaced_by_one_of_now(sender):
    """The next one of the grid has come meanwhile."""
    refused = refused_token(sender.push(refusal("ExpiredProviderToken")))
    sender.clock.pass_ms(GRID_S * 1000)
    assert asyncio.run(sender.apns.new_provider_token("production", refused=refused))
    current = refused_token(sender.push())
    assert jwt.decode(current, options={"verify_signature": False})["iat"] % GRID_S == 0


def test_every_push_that_was_refused_for_its_key_goes_again_with_the_one_new_key(sender):
    refused = [refused_token(sender.push(refusal("InvalidProviderToken"))) for _ in range(3)]
    sender.store.versions["AWSCURRENT"] = secret_of(ROTATED)
    sender.clock.pass_ms(60_000)
    rereads = [asyncio.run(sender.apns.read_key_again("production", refused=token)) for token in refused]
    assert rereads == [True] * 3
    assert len(sender.store.asked) == 2


def test_a_key_that_was_not_replaced_is_read_again_at_most_once_a_minute(sender):
    refused = refused_token(sender.push(refusal("InvalidProviderToken")))
    sender.clock.pass_ms(60_000)
    for _ in range(3):
        assert not asyncio.run(sender.apns.read_key_again("production", refused=refused))
    assert len(sender.store.asked) == 2
