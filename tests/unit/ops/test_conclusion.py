"""How make ring and make smoke end."""

from typing import Any

import pytest

from ops.calls.conclusion import Conclusion, conclusion
from ops.calls.narration import RESULTS, why_failed
from ops.calls.tracker import TrackedCall
from ops.calls.webhooks import WebhookResponse
from ops.stack.logs import Entry
from shared.call_results import CallResult

QUEUED = WebhookResponse(200, {"result": "queued", "correlation_id": "c"}, '{"result":"queued"}', 1_000.0, 12.0)


def entry(at_ms: float, message: str, **fields: Any) -> Entry:
    return Entry(1_000 + at_ms, message, {"service": "push", **fields})


def concluded(*entries: Entry, answer: WebhookResponse = QUEUED, rung: tuple[str, ...] = ()) -> Conclusion:
    call = TrackedCall(answer, entries, [], frozenset(rung), dead_letters=0, waiting=1, push_log=[])
    return conclusion(call, "bob")


def test_a_call_that_rang_ends_with_the_pages_sentence_and_nothing_to_do() -> None:
    found = concluded(entry(9, "push accepted", device="a"), entry(10, "call settled", result="rung"), rung=("a",))

    assert found == Conclusion("Rang 1 phone after 9 ms.", "")


def test_a_late_ring_says_when() -> None:
    found = concluded(
        entry(500, "push accepted", device="a"),
        entry(12_345, "push accepted", device="b"),
        entry(12_346, "call settled", result="rung"),
        rung=("a", "b"),
    )

    assert found.sentence == "Rang 2 phones after 500 ms, the last one after 12.3 s."


@pytest.mark.parametrize(
    ("settled", "sentence", "next_step"),
    [
        ({"result": "no device"}, "Did not ring: bob has no phone registered.", "make devices FOR=bob"),
        ({"result": "dead token"}, "Did not ring: the device token was dead, and has been removed.", "make devices"),
        ({"result": "undeliverable", "reason": "no key"}, "in the dead-letter queue (no key).", "make dead-letters"),
        ({"result": "stale"}, "Did not ring: the call was older than a call rings.", "make logs"),
    ],
)
def test_a_call_that_did_not_ring(settled: dict[str, str], sentence: str, next_step: str) -> None:
    found = concluded(entry(9, "call settled", **settled))

    assert sentence in found.sentence
    assert next_step in found.next_step


def test_a_refused_webhook() -> None:
    found = concluded(answer=WebhookResponse(401, {}, "no", 0, 1))

    assert found.sentence == "Did not ring: the webhook was refused: 401 no"
    assert "make doctor" in found.next_step


def test_an_ignored_webhook() -> None:
    found = concluded(answer=WebhookResponse(200, {"result": "ignored"}, '{"reason":"trigger"}', 0, 1))

    assert found.sentence == 'Did not ring: the webhook was accepted and nothing was queued: {"reason":"trigger"}'


def test_nobody_picked_it_up() -> None:
    assert "push has not picked it up, and 1 message(s) wait on the calls queue" in concluded().sentence


def test_it_was_picked_up_and_never_settled() -> None:
    assert "not settled it" in concluded(entry(5, "call received", devices=1)).sentence


def test_every_result_is_explained() -> None:
    assert RESULTS.keys() == set(CallResult)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"outcome": "Rejected", "status": 503, "reason": "Shutdown"}, "503 Shutdown"),
        ({"outcome": "Unknown"}, "APNs has the push and did not answer in time; the phone may be ringing"),
        ({"outcome": "NotSent", "detail": "ConnectError"}, "no connection to APNs in time (ConnectError)"),
    ],
)
def test_a_failed_push_has_a_reason_and_never_only_unknown(fields: dict[str, Any], why: str) -> None:
    assert why_failed(fields) == why
