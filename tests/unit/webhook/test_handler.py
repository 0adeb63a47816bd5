"""POST /webhooks/call: which request gets which answer, and what is queued, counted and logged."""

import json
from typing import Any

import pytest
from botocore.exceptions import ConnectTimeoutError

from shared.call_events import CallRinging, from_json
from shared.call_keys import call_hash
from shared.redaction import describe
from tests.support.aws.secrets_manager import client_error
from tests.support.clocks import NOON_MS
from tests.support.cometchat.samples import PASSWORD, basic, changed, sample, signature
from tests.support.functions.webhook import WebhookFunction
from tests.support.http_events import REQUEST_ID
from tests.support.observed import Observed, observed
from webhook.cometchat import Ignored, parse
from webhook.receipt import Receipt

BODY = json.dumps(sample("call_initiated")).encode()
ENDED = json.dumps(sample("call_cancelled")).encode()
MEETING = json.dumps(sample("meeting_started")).encode()
NO_WORD = json.dumps(changed(sample("meeting_started"), trigger="no word")).encode()
NO_TYPE = json.dumps(changed(sample("call_initiated"), data__call__type=5)).encode()
MAX_BODY_BYTES = 65_536
TOO_LARGE = b"[" + b" " * (MAX_BODY_BYTES - 1) + b"]"


def signed(body: bytes) -> dict[str, str]:
    return {"x-cometchat-signature": signature(body)}


def padded(size: int) -> bytes:
    return BODY + b" " * (size - len(BODY))


def hash_in(body: bytes) -> str:
    event = parse(body, Receipt(NOON_MS, REQUEST_ID)).event
    assert not isinstance(event, Ignored)
    return call_hash(event)


QUEUED = {"result": "queued", "correlation_id": REQUEST_ID}


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (BODY, signed(BODY)),
        (BODY, {"authorization": basic()}),
        (BODY, {"Authorization": basic()}),
        (BODY, {"X-CometChat-Signature": signature(BODY)}),
        (padded(MAX_BODY_BYTES), signed(padded(MAX_BODY_BYTES))),
    ],
)
def test_a_call_is_queued(webhook: WebhookFunction, body: bytes, headers: dict[str, str]) -> None:
    with observed() as said:
        assert webhook.post(body, headers) == (200, QUEUED)

    assert said.counted == {"CallsQueued": 1, "WebhooksByCurrentSecret": 1}
    [message] = webhook.sqs.sent
    event = from_json(message)
    assert isinstance(event, CallRinging)
    assert (event.received_at_ms, event.correlation_id) == (NOON_MS, REQUEST_ID)


UNAUTHORIZED = {"error": "the credentials are missing or wrong"}
REFUSED = "WebhooksUnauthorized"
MISSING, WRONG_SIGNATURE, WRONG_BASIC = (
    (REFUSED, reason) for reason in ("WebhooksWithoutCredential", "WebhooksWrongSignature", "WebhooksWrongBasic")
)
INVALID, IGNORED = ("WebhooksByCurrentSecret", "WebhooksInvalid"), ("WebhooksByCurrentSecret", "WebhooksIgnored")
TOO_LARGE_ANSWER = {"error": "the body must be at most 65536 bytes"}
NO_TYPE_ANSWER = {"error": "data.call.type must be audio or video", "field": "data.call.type"}
NOT_JSON_ANSWER = {"error": "the body must be JSON in UTF-8"}


@pytest.mark.parametrize(
    ("body", "headers", "status", "answer", "metrics"),
    [
        (BODY, {}, 401, UNAUTHORIZED, MISSING),
        (None, {}, 401, UNAUTHORIZED, MISSING),
        (BODY, signed(ENDED), 401, UNAUTHORIZED, WRONG_SIGNATURE),
        (BODY, {"authorization": "Bearer x"}, 401, UNAUTHORIZED, WRONG_BASIC),
        (BODY, {**signed(BODY), "authorization": basic("x")}, 401, UNAUTHORIZED, WRONG_BASIC),
        (BODY, {**signed(ENDED), "authorization": basic()}, 401, UNAUTHORIZED, WRONG_SIGNATURE),
        (BODY, {**signed(BODY), "X-CometChat-Signature": signature(BODY)}, 401, UNAUTHORIZED, WRONG_SIGNATURE),
        (NO_TYPE, signed(NO_TYPE), 400, NO_TYPE_ANSWER, INVALID),
        (None, signed(b""), 400, NOT_JSON_ANSWER, INVALID),
        (b"[]", signed(b"[]"), 400, {"error": "the body must be a JSON object"}, INVALID),
        (b"", {"authorization": basic()}, 400, NOT_JSON_ANSWER, INVALID),
        (TOO_LARGE, signed(TOO_LARGE), 413, TOO_LARGE_ANSWER, ("WebhooksMalformed",)),
        (TOO_LARGE, {}, 413, TOO_LARGE_ANSWER, ("WebhooksMalformed",)),
        (MEETING, signed(MEETING), 200, {"result": "ignored", "reason": "this trigger rings nobody"}, IGNORED),
    ],
)
def test_not_queued(
    webhook: WebhookFunction,
    body: bytes | None,
    headers: dict[str, str],
    status: int,
    answer: Any,
    metrics: tuple[str, ...],
) -> None:
    with observed() as said:
        assert webhook.post(body, headers) == (status, answer)

    assert said.counted == dict.fromkeys(metrics, 1)
    assert webhook.sqs.sent == []


@pytest.mark.parametrize("body", ["not base64!", "e30", "é", "\ud800"])
def test_a_body_that_is_not_the_base64_it_is_said_to_be(webhook: WebhookFunction, body: str) -> None:
    status, answer = webhook.post(body, {"authorization": basic()}, in_base64=True)

    assert (status, answer) == (400, {"error": "the body must be base64, as the request says it is"})
    assert webhook.sqs.sent == []


def test_the_signature_is_of_the_bytes_under_the_base64(webhook: WebhookFunction) -> None:
    assert webhook.post(BODY, signed(BODY), in_base64=True)[0] == 200
    assert len(webhook.sqs.sent) == 1


def test_bytes_that_are_no_text_are_read_only_after_the_check(webhook: WebhookFunction) -> None:
    body = b'{"trigger": "call_initiated\xff"}'

    assert webhook.post(body, signed(body), in_base64=True)[0] == 200
    assert webhook.post(body, {}, in_base64=True)[0] == 401


def test_the_signature_covers_the_byte_order_mark(webhook: WebhookFunction) -> None:
    body = b"\xef\xbb\xbf" + BODY

    assert webhook.post(body, signed(body), in_base64=True) == (200, QUEUED)
    assert webhook.post(body, signed(BODY), in_base64=True)[0] == 401


@pytest.mark.parametrize(
    ("change", "ignored"),
    [
        ({"data__call__data__entities__by__entity__name": "Andrew \ud83d"}, ["data.call.data.entities.by.entity.name"]),
        ({"data__call__data": [], "data__call__id": 302}, ["data.call.id", "data.call.data"]),
        ({"data__call__sentAt": "2026-11-26"}, ["data.call.sentAt"]),
    ],
)
def test_a_field_that_can_not_be_used_is_counted_and_logged_and_the_call_rings(
    webhook: WebhookFunction, change: dict[str, Any], ignored: list[str]
) -> None:
    body = json.dumps(changed(sample("call_initiated"), **change)).encode()

    with observed() as said:
        assert webhook.post(body, signed(body)) == (200, QUEUED)
    assert said.metrics == {
        "CallsQueued": 1,
        "WebhooksByCurrentSecret": 1,
        "WebhookFieldsIgnored": len(ignored),
    }
    [line] = said.log
    assert sorted(line["ignored_fields"]) == sorted(ignored)


def test_a_webhook_is_one_line_with_its_metrics(webhook: WebhookFunction) -> None:
    with observed() as said:
        webhook.post(BODY, signed(BODY))

    [line] = said.text.splitlines()
    record = json.loads(line)
    assert (record["message"], record["level"], record["service"]) == ("call queued", "INFO", "test")
    assert record["CallsQueued"] == [1.0]
    [directive] = record["_aws"]["CloudWatchMetrics"]
    assert directive["Dimensions"] == [["service"]]
    assert {metric["Name"] for metric in directive["Metrics"]} == {"CallsQueued", "WebhooksByCurrentSecret"}


def test_a_webhook_says_where_its_line_was_written(webhook: WebhookFunction) -> None:
    with observed() as said:
        webhook.post(BODY, signed(BODY))

    assert "_accepted" in said.log[0]["location"]


QUEUE_FAILURES = [client_error("ServiceUnavailable", "SendMessage"), ConnectTimeoutError(endpoint_url="queue")]


@pytest.mark.parametrize("failure", QUEUE_FAILURES)
def test_the_queue_is_tried_twice(webhook: WebhookFunction, failure: Exception) -> None:
    webhook.sqs.failures = [failure]

    assert webhook.post(BODY, signed(BODY)) == (200, QUEUED)
    assert len(webhook.sqs.sent) == 1


@pytest.mark.parametrize("failure", QUEUE_FAILURES)
def test_without_the_queue_cometchat_is_to_try_again(webhook: WebhookFunction, failure: Exception) -> None:
    webhook.sqs.failures = [failure] * 2

    with observed() as said:
        assert webhook.post(BODY, signed(BODY)) == (503, {"error": "try again"})
    assert said.counted == {"WebhooksUnavailable": 1, "WebhooksByCurrentSecret": 1}
    assert said.log[0]["reason"] == "QueueUnavailable"
    assert said.log[0]["detail"].startswith(type(failure).__name__)


@pytest.mark.parametrize(
    ("versions", "failure", "reason"),
    [
        ({}, None, "NoCredentials"),
        ({"AWSCURRENT": f'{{"hmac_secret": 5, "password": "{PASSWORD}"}}'}, None, "MalformedCredentials"),
        ({}, client_error("AccessDeniedException", "GetSecretValue"), "SecretUnavailable"),
        ({}, ConnectTimeoutError(endpoint_url="secrets"), "SecretUnavailable"),
    ],
)
def test_without_credentials_nobody_gets_in(
    webhook: WebhookFunction, versions: dict[str, Any], failure: Exception | None, reason: str
) -> None:
    webhook.secrets_manager.versions, webhook.secrets_manager.failure = versions, failure

    with observed() as said:
        assert webhook.post(BODY, signed(BODY)) == (503, {"error": "try again"})
    unusable = {"WebhookSecretUnusable": 1} if failure is None else {}
    assert said.counted == {"WebhooksUnavailable": 1, **unusable}
    assert said.log[0]["reason"] == reason
    assert PASSWORD not in said.text
    assert webhook.sqs.sent == []


@pytest.mark.parametrize("program", ["doctor", "smoke"])
def test_a_call_of_our_own_programs_is_queued_and_counted_apart(webhook: WebhookFunction, program: str) -> None:
    with observed() as said:
        assert webhook.post(BODY, {**signed(BODY), "x-voip-push-test": program}) == (200, QUEUED)

    assert said.counted == {"TestCallsQueued": 1}
    assert [line["posted_by"] for line in said.log] == [program]


def test_an_ignored_webhook_of_our_own_programs_counts_nothing(webhook: WebhookFunction) -> None:
    with observed() as said:
        assert webhook.post(MEETING, {**signed(MEETING), "x-voip-push-test": "doctor"})[0] == 200

    assert said.counted == {}
    assert [line["message"] for line in said.log] == ["webhook ignored"]


def test_nobody_hides_by_calling_himself_one_of_them(webhook: WebhookFunction) -> None:
    with observed() as said:
        webhook.post(BODY, {"x-voip-push-test": "doctor"})
        webhook.post(BODY, {**signed(BODY), "x-voip-push-test": "cometchat"})

    assert said.counted.keys() == {*MISSING, "CallsQueued", "WebhooksByCurrentSecret"}


def test_an_ignored_webhook_is_logged_with_its_trigger(webhook: WebhookFunction) -> None:
    with observed() as said:
        webhook.post(MEETING, signed(MEETING))

    assert [line.get("trigger") for line in said.log] == ["meeting_started"]


def test_an_alarm_can_tell_that_nothing_was_accepted_or_nobody_called(webhook: WebhookFunction) -> None:
    with observed() as refused:
        webhook.post(BODY, {})
    with observed() as ended:
        webhook.post(ENDED, signed(ENDED))

    assert refused.metrics["WebhooksByCurrentSecret"] == refused.metrics["WebhooksByPreviousSecret"] == 0
    assert ended.metrics["CallsQueued"] == 0


def what_the_line_says(observed: Observed) -> dict[str, Any]:
    """Of the one line: level, message and what was added to it; not what the logger adds to each, and no metrics."""
    [line] = observed.log
    added = {"timestamp", "location", "service", "correlation_id", "cold_start", "_aws", *observed.metrics}
    return {name: value for name, value in line.items() if name not in added}


REFUSED_LINE = {"level": "WARNING", "message": "webhook refused"}


@pytest.mark.parametrize(
    ("body", "headers", "line"),
    [
        (BODY, signed(BODY), {"level": "INFO", "message": "call queued", "call": hash_in(BODY)}),
        (
            MEETING,
            signed(MEETING),
            {
                "level": "INFO",
                "message": "webhook ignored",
                "reason": "this trigger rings nobody",
                "trigger": "meeting_started",
            },
        ),
        (
            NO_WORD,
            signed(NO_WORD),
            {"level": "INFO", "message": "webhook ignored", "reason": "this trigger rings nobody"},
        ),
        (
            ENDED,
            signed(ENDED),
            {"level": "INFO", "message": "call end noted", "call": hash_in(ENDED), "trigger": "cancelled"},
        ),
        (
            BODY,
            {},
            {
                **REFUSED_LINE,
                "status": 401,
                "error": "the credentials are missing or wrong",
                "reason": "no credential",
            },
        ),
        (
            NO_TYPE,
            signed(NO_TYPE),
            {
                **REFUSED_LINE,
                "status": 400,
                "error": "data.call.type must be audio or video",
                "field": "data.call.type",
            },
        ),
        (TOO_LARGE, {}, {**REFUSED_LINE, "status": 413, "error": "the body must be at most 65536 bytes"}),
    ],
)
def test_what_the_line_says(
    webhook: WebhookFunction, body: bytes, headers: dict[str, str], line: dict[str, Any]
) -> None:
    with observed() as said:
        webhook.post(body, headers)

    assert what_the_line_says(said) == line


def test_what_the_line_says_of_an_end_that_went_to_the_queue(webhook: WebhookFunction) -> None:
    webhook.call_ends.failure = failure = client_error("ThrottlingException", "TransactWriteItems")

    with observed() as said:
        webhook.post(ENDED, signed(ENDED))
    assert what_the_line_says(said) == {
        "level": "WARNING",
        "message": "call end queued",
        "call": hash_in(ENDED),
        "trigger": "cancelled",
        "detail": describe(failure),
    }


def test_what_the_line_says_when_cometchat_is_to_try_again(webhook: WebhookFunction) -> None:
    failure = client_error("ServiceUnavailable", "SendMessage")
    webhook.sqs.failures = [failure] * 2

    with observed() as said:
        webhook.post(BODY, signed(BODY))
    assert what_the_line_says(said) == {
        "level": "ERROR",
        "message": "webhook not accepted",
        "reason": "QueueUnavailable",
        "detail": describe(failure),
    }


@pytest.mark.parametrize(("body", "trigger"), [(ENDED, "cancelled"), (MEETING, "meeting_started")])
def test_the_line_of_a_post_of_our_own_programs_says_which(webhook: WebhookFunction, body: bytes, trigger: str) -> None:
    with observed() as said:
        webhook.post(body, {**signed(body), "x-voip-push-test": "doctor"})

    line = what_the_line_says(said)
    assert (line["posted_by"], line["trigger"]) == ("doctor", trigger)
    assert said.counted == {}
