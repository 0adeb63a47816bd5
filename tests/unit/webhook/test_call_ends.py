"""The end of a call: noted at once, on the queue where that fails, and forgotten where nothing can ring any more."""

import json
from typing import Any

import pytest
from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError

from shared.call_events import CallEnded, from_json
from tests.support.aws.secrets_manager import client_error
from tests.support.clocks import NOON_MS
from tests.support.cometchat.samples import basic, changed, sample
from tests.support.functions.webhook import WebhookFunction
from tests.support.http_events import REQUEST_ID
from tests.support.observed import observed
from webhook.call_ends import MARGIN_MS

RING_MS = 45_000
TABLE_FAILURES = [
    client_error("ProvisionedThroughputExceededException", "PutItem"),
    client_error("AccessDeniedException", "PutItem"),
    ConnectTimeoutError(endpoint_url="table"),
    ReadTimeoutError(endpoint_url="table"),
]


def session_id(began_at_ms: int) -> str:
    return f"v1.us.2779.{began_at_ms // 1000}{'0123456789' * 4}"


def post(webhook: WebhookFunction, end: dict[str, Any]) -> Any:
    return webhook.post(json.dumps(end).encode(), {"authorization": basic()})


def answer(result: str) -> Any:
    return 200, {"result": result, "correlation_id": REQUEST_ID}


@pytest.mark.parametrize("name", ["call_cancelled", "call_rejected", "call_busy", "call_unanswered", "call_ended"])
def test_an_end_is_noted(webhook: WebhookFunction, name: str) -> None:
    with observed() as said:
        assert post(webhook, sample(name)) == answer("noted")

    [noted] = webhook.call_ends.added
    assert (noted.trigger, noted.correlation_id) == (name.removeprefix("call_"), REQUEST_ID)
    assert webhook.sqs.sent == []
    assert said.counted == {"CallEndsNoted": 1, "WebhooksByCurrentSecret": 1}
    [line] = said.log
    assert (line["message"], line["trigger"], line["level"]) == ("call end noted", noted.trigger, "INFO")


@pytest.mark.parametrize("failure", TABLE_FAILURES)
def test_an_end_that_is_not_known_to_be_noted_goes_to_the_queue(webhook: WebhookFunction, failure: Exception) -> None:
    webhook.call_ends.failure = failure

    with observed() as said:
        assert post(webhook, sample("call_cancelled")) == answer("queued")

    [message] = webhook.sqs.sent
    assert isinstance(from_json(message), CallEnded)
    assert said.counted == {"CallEndsQueued": 1, "WebhooksByCurrentSecret": 1}
    [line] = said.log
    assert (line["message"], line["level"]) == ("call end queued", "WARNING")
    assert line["detail"].startswith(type(failure).__name__)


def test_with_neither_table_nor_queue_cometchat_is_to_try_again(webhook: WebhookFunction) -> None:
    """One attempt each, so that the answer comes before CometChat stops waiting."""
    webhook.call_ends.failure = TABLE_FAILURES[0]
    webhook.sqs.failures = [client_error("ServiceUnavailable", "SendMessage")]

    with observed() as said:
        assert post(webhook, sample("call_cancelled")) == (503, {"error": "try again"})
    assert said.counted == {"WebhooksUnavailable": 1, "WebhooksByCurrentSecret": 1}


@pytest.mark.parametrize(
    ("age_ms", "result", "metric"),
    [
        (0, "noted", "CallEndsNoted"),
        (RING_MS + MARGIN_MS, "noted", "CallEndsNoted"),
        (RING_MS + MARGIN_MS + 1_000, "too late", "CallEndsTooLate"),
        (86_400_000, "too late", "CallEndsTooLate"),
    ],
)
def test_an_end_long_after_the_call_began_needs_no_write(
    webhook: WebhookFunction, age_ms: int, result: str, metric: str
) -> None:
    end = changed(sample("call_ended"), data__sessionId=session_id(NOON_MS - age_ms), data__created_at=1)

    with observed() as said:
        assert post(webhook, end) == answer(result)

    assert len(webhook.call_ends.added) == (result == "noted")
    assert webhook.sqs.sent == []
    assert said.counted == {metric: 1, "WebhooksByCurrentSecret": 1}


@pytest.mark.parametrize("session", ["<sessionId>", f"v1.us.2779.{1}{'0123456789' * 4}"])
def test_no_other_time_says_when_a_call_began(webhook: WebhookFunction, session: str) -> None:
    """`created_at` is when the media session was made, and `sentAt` when the end was sent."""
    end = changed(sample("call_ended"), data__sessionId=session, data__created_at=1, data__destroyed_at=1)

    assert post(webhook, end) == answer("noted")


@pytest.mark.parametrize(
    ("name", "changes", "after_ms", "early"),
    [
        ("call_started", "data__created_at", 0, 1),
        ("call_started", "data__created_at", 2_000, 1),
        ("call_started", "data__created_at", 3_000, 0),
        ("call_participant_joined", "data__occupant__joined_at", 2_000, 1),
        ("call_participant_joined", "data__occupant__joined_at", 3_000, 0),
        ("call_ended", "data__destroyed_at", 0, 0),
    ],
)
def test_a_start_while_it_rings_is_noted_and_counted(
    webhook: WebhookFunction, name: str, changes: str, after_ms: int, early: int
) -> None:
    began_at_ms = NOON_MS - 20_000
    values = {"data__sessionId": session_id(began_at_ms), changes: (began_at_ms + after_ms) // 1000}

    with observed() as said:
        assert post(webhook, changed(sample(name), **values)) == answer("noted")
    assert said.counted.get("AnswersTooEarly", 0) == early
