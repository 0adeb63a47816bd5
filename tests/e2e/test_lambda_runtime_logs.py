"""Nothing private is printed under Lambda's own runtime client with JSON logs at INFO, where libraries are heard, too.

The functions are those that were deployed, with their settings. The stack's emulator and APNs simulator are theirs, and
once more nothing is: then what is logged are errors.
"""

import json
import secrets
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from apns_simulator import SimulatorClient
from local.phones import phone
from local.phones.credentials import sign_jwt
from local.phones.phone import Phone
from ops.calls import webhooks
from ops.stack import emulated_aws
from ops.stack.description import StackDescription
from ops.stack.directory import StackDirectory
from shared.call_events import CallRinging, to_json
from tests.support.aws.lambda_runtime import RunningFunction, running_function
from tests.support.http_events import http_event
from tests.support.jwts import SigningKey, claims
from tests.support.log_scan import LogScan
from tests.support.push.events import ringing
from tests.support.stack.calls import a_user
from tests.support.stack.groups import a_group

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Lambda's runtime client is for Linux")

PERSON = "Zaphod of the Runtime Test"
LAYERS = {"webhook": ["BaseLayer"], "tokens": ["BaseLayer"]}
OUT_OF_REACH = {"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "COMETCHAT_API_URL": "http://127.0.0.1:9/v3"}


class Runs:
    """Functions with events for them; everything private in an event is looked for in what they print."""

    def __init__(self, stack: StackDescription, directory: StackDirectory, scratch: Path) -> None:
        self._stack = stack
        self._build = directory.build
        self._scratch = scratch
        self.scan = LogScan()
        self.scan.add_description(stack)
        self.scan.add("a person's name", PERSON)

    @contextmanager
    def function(self, name: str, handler: str = "", **changed: str) -> Iterator[RunningFunction]:
        configuration = emulated_aws.client("lambda", self._stack.aws_endpoint_url).get_function_configuration(
            FunctionName=f"{self._stack.stack_name}-{name}", Qualifier="live"
        )
        variables = {**configuration["Environment"]["Variables"], "AWS_ENDPOINT_URL": self._stack.aws_endpoint_url}
        layers = LAYERS.get(name, ["BaseLayer", "ApnsLayer"])
        paths = [self._scratch, self._build / f"{name.title()}Function"]
        paths += [self._build / layer / "python" for layer in layers]
        output = self._scratch / f"{name}-{secrets.token_hex(4)}.log"
        with running_function(handler or configuration["Handler"], {**variables, **changed}, paths, output) as running:
            yield running

    def webhook_events(self, callee: str) -> list[dict[str, Any]]:
        call = webhooks.new_call("zaphod", callee, "audio")
        sent = webhooks.webhook("documented", call, self._stack.webhook)
        body = sent.body.replace(b'"Zaphod"', json.dumps(PERSON).encode())
        assert PERSON.encode() in body
        signed = webhooks.signed(body, self._stack.webhook)
        basic = webhooks.with_basic_authentication(body, self._stack.webhook)
        broken = body.replace(b'"audio"', json.dumps(PERSON).encode())
        wrong = {"X-CometChat-Signature": secrets.token_hex(32), "Authorization": f"Basic {secrets.token_hex(20)}"}
        requests = [
            (signed.body, signed.headers),
            (basic.body, basic.headers),
            (broken, webhooks.signed(broken, self._stack.webhook).headers),
            (body[:-9], webhooks.signed(body[:-9], self._stack.webhook).headers),
            (body, wrong),
            (body, {}),
        ]
        for request_body, headers in requests:
            self.scan.add_body("a webhook's body", request_body)
            private = [value for name, value in headers.items() if name != "Content-Type"]
            self.scan.add("a webhook's credential", *private)
        return [_now(http_event("POST /webhooks/call", body, headers)) for body, headers in requests]

    def authorizer_events(self, uid: str) -> list[dict[str, Any]]:
        stranger = SigningKey(self._stack.jwt.kid)
        tokens = [
            sign_jwt(self._stack.jwt, uid),
            stranger.token(),
            stranger.token(headers={"kid": secrets.token_hex(16)}),
            sign_jwt(self._stack.jwt, uid) + "x",
            secrets.token_hex(40),
            json.dumps(claims(name=PERSON)),
        ]
        for token in tokens:
            self.scan.add("a bearer token", token, *(part for part in token.split(".") if len(part) >= 40))
        return [http_event("PUT /voip-tokens", None, {"authorization": f"Bearer {token}"}) for token in tokens]

    def tokens_events(self, uid: str, device: str) -> list[dict[str, Any]]:
        self.scan.add("a device token", device)
        bodies: list[Any] = [
            {"token": device},
            {"token": device.upper(), "environment": "sandbox"},
            {"token": f"{device}x", "name": PERSON},
            {"token": device, "environment": PERSON},
            {"token": device, "uid": "another", "name": PERSON},
            PERSON,
        ]
        events = [http_event("PUT /voip-tokens", json.dumps(body).encode(), in_base64=True) for body in bodies]
        for body in bodies:
            self.scan.add_body("a registration", json.dumps(body).encode())
        removal = http_event("DELETE /voip-tokens/{token}")
        removal["pathParameters"] = {"token": device}
        odd = http_event("DELETE /voip-tokens/{token}")
        odd["pathParameters"] = {"token": f"{device}%00"}
        for event in (*events, removal, odd):
            event["requestContext"]["authorizer"] = {"lambda": {"uid": uid}}
        return [*events, removal, odd]

    def push_events(self, callee: str, guid: str) -> list[dict[str, Any]]:
        now_ms = int(time.time() * 1000)

        def call(**changes: Any) -> CallRinging:
            fields = {"caller_name": PERSON, "receiver_name": PERSON, "callee_uid": callee, "receiver_uid": callee}
            times = {"initiated_at_ms": now_ms, "received_at_ms": now_ms}
            return ringing(**fields, **times, session_id=secrets.token_hex(20), **changes)

        group = {"receiver_type": "group", "callee_uid": "", "receiver_uid": guid}
        bodies = [
            to_json(call()),
            to_json(replace(call(), **group)),
            to_json(replace(call(), **{**group, "receiver_uid": "no-such-group"})),
            to_json(call())[:-20],
            json.dumps({"name": PERSON}),
            json.dumps({**json.loads(to_json(call())), "caller_name": [PERSON]}),
        ]
        for body in bodies:
            self.scan.add_body("a message", body.encode())
        return [{"Records": [_record(body)]} for body in bodies]

    def findings(self, printed: str) -> list[str]:
        assert printed
        return [str(finding) for finding in self.scan.findings([("what was printed", printed)])]


def _now(event: dict[str, Any]) -> dict[str, Any]:
    event["requestContext"]["timeEpoch"] = int(time.time() * 1000)
    return event


def _record(body: str) -> dict[str, Any]:
    receipt = secrets.token_hex(16)
    return {
        "messageId": secrets.token_hex(8),
        "receiptHandle": receipt,
        "body": body,
        "attributes": {"ApproximateReceiveCount": "1"},
    }


@pytest.fixture(scope="module")
def runs(stack: StackDescription, stack_directory: StackDirectory, tmp_path_factory: pytest.TempPathFactory) -> Runs:
    return Runs(stack, stack_directory, tmp_path_factory.mktemp("runtime"))


@pytest.fixture
def callee(stack: StackDescription, runs: Runs) -> str:
    """Somebody with a phone that rings, one that is dead, and one of the other environment."""
    phones = [Phone(uid, phone.new_device_token(), "production") for uid in [a_user()] * 3]
    simulator = SimulatorClient(stack.apns.control_url or "")
    for each in phones:
        phone.register(stack, each)
        runs.scan.add("a device token", each.token)
    simulator.put_device(phones[1].token, dead_since_ms=int(time.time() * 1000) + 1)
    simulator.put_device(phones[2].token, environment="sandbox")
    return phones[0].uid


def test_the_webhook(runs: Runs, callee: str) -> None:
    with runs.function("webhook") as function:
        statuses = [function.invoke(event)["statusCode"] for event in runs.webhook_events(callee)]

    assert statuses == [200, 200, 400, 400, 401, 401]
    assert '"call queued"' in function.printed()
    assert runs.findings(function.printed()) == []


def test_the_authorizer(runs: Runs, callee: str) -> None:
    with runs.function("authorizer") as function:
        decisions = [function.invoke(event)["isAuthorized"] for event in runs.authorizer_events(callee)]

    assert decisions == [True, False, False, False, False, False]
    assert '"credential refused"' in function.printed()
    assert runs.findings(function.printed()) == []


def test_tokens(runs: Runs) -> None:
    with runs.function("tokens") as function:
        events = runs.tokens_events(a_user(), phone.new_device_token())
        statuses = [function.invoke(event)["statusCode"] for event in events]

    assert statuses == [200, 200, 400, 400, 403, 400, 200, 400]
    assert '"device registered"' in function.printed()
    assert runs.findings(function.printed()) == []


def test_push(stack: StackDescription, runs: Runs, callee: str) -> None:
    """The receipts are of no queue, so that holding the messages fails, too."""
    with runs.function("push") as function:
        answers = [function.invoke(event) for event in runs.push_events(callee, a_group(stack, [callee]))]

    assert [answer["batchItemFailures"] for answer in answers] == [[]] * len(answers)
    for step in ("push accepted", "push failed", "message sent to dead-letter queue", "group call fanned out"):
        assert step in function.printed()
    assert runs.findings(function.printed()) == []


def test_errors_say_nothing_private_either(stack: StackDescription, runs: Runs, callee: str) -> None:
    events = {
        "webhook": runs.webhook_events(callee)[:1],
        "tokens": runs.tokens_events(a_user(), phone.new_device_token())[:1],
        "push": runs.push_events(callee, a_group(stack, [callee]))[:2],
    }

    for name, of_function in events.items():
        with runs.function(name, **OUT_OF_REACH) as function:
            for event in of_function:
                function.invoke(event)
        assert '"level":"ERROR"' in function.printed()
        assert runs.findings(function.printed()) == []


def test_an_event_that_is_none_is_not_printed(runs: Runs) -> None:
    """What leaves a handler as an exception is printed by Lambda's client, traceback, message and all."""
    device = phone.new_device_token()
    runs.scan.add("a device token", device)
    for name in ("webhook", "tokens", "authorizer", "push"):
        with runs.function(name) as function:
            error = function.invoke({"Records": [{"body": PERSON}], "token": device, "headers": {"a": PERSON}})
        assert "errorType" in error
        assert runs.findings(function.printed() + json.dumps(error)) == []


def test_what_bypasses_our_logger_is_found(runs: Runs, tmp_path: Path) -> None:
    """A handler that prints, and a library that logs at INFO: so that all of the above can fail."""
    planted = runs._scratch / "planted.py"
    planted.write_text(
        "import logging\n"
        "def handler(event, context):\n"
        "    print(event['printed'])\n"
        "    logging.getLogger('some.library').info('HTTP Request: POST %s', event['logged'])\n"
        "    return {}\n"
    )
    tokens = {"printed": phone.new_device_token(), "logged": f"/3/device/{phone.new_device_token()}"}
    for how, token in tokens.items():
        runs.scan.add(how, token)

    with runs.function("webhook", "planted.handler") as function:
        function.invoke(tokens)

    found = runs.scan.findings([("what was printed", function.printed())])
    assert {finding.what for finding in found} == {"printed", "logged"}
