"""Requests of API Gateway, and answers to it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.clock import now_ms
from shared.errors import UnreadableBody
from shared.http import Request, json_response
from tests.support.clocks import NOON_MS
from tests.support.http_events import REQUEST_ID, http_event


def test_a_request() -> None:
    request = Request.from_event(http_event("PUT /x", '{"ä": 1}', {"Content-Type": "application/json"}))

    assert request == Request({"content-type": "application/json"}, '{"ä": 1}'.encode(), NOON_MS, REQUEST_ID)


def test_the_time_that_sam_local_gives_is_not_believed() -> None:
    event = http_event("PUT /x", None)
    event["requestContext"]["timeEpoch"] = NOON_MS // 1000
    before_ms = now_ms()

    assert before_ms <= Request.from_event(event).received_at_ms <= now_ms()


@given(st.binary())
def test_a_body_in_base64_is_the_bytes_that_were_sent(body: bytes) -> None:
    assert Request.from_event(http_event("PUT /x", body, in_base64=True)).body == body


@given(st.text())
def test_a_body_in_text_is_its_utf_8(body: str) -> None:
    assert Request.from_event(http_event("PUT /x", body)).body == body.encode()


def test_half_a_character_costs_no_request_its_answer() -> None:
    assert Request.from_event(http_event("PUT /x", "\ud800")).body == b"\xed\xa0\x80"


@pytest.mark.parametrize("missing", [None, ""])
def test_no_body(missing: str | None) -> None:
    assert Request.from_event(http_event("PUT /x", missing)).body == b""


@pytest.mark.parametrize("body", ["e30", "é", "e3 0=", "=", "\ud800"])
def test_no_base64(body: str) -> None:
    with pytest.raises(UnreadableBody):
        Request.from_event(http_event("PUT /x", body, in_base64=True))


def test_headers_sent_twice_have_both_values() -> None:
    assert Request.from_event(http_event("PUT /x", "", {"X-A": "1", "x-a": "2", "X-B": "3,4"})).headers == {
        "x-a": "1,2",
        "x-b": "3,4",
    }


def test_an_event_without_headers() -> None:
    event = http_event("PUT /x", "")
    del event["headers"]

    assert Request.from_event(event).headers == {}


def test_an_answer_is_json_that_nobody_keeps() -> None:
    result = json_response(400, error="ä", field="x")

    assert (result["statusCode"], json.loads(result["body"])) == (400, {"error": "ä", "field": "x"})
    assert result["headers"] == {"content-type": "application/json", "cache-control": "no-store"}
