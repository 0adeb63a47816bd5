"""How a followed call is told."""

from typing import Any

from ops.calls.timeline import problem, push_as_received, timeline
from ops.calls.tracker import TrackedCall
from ops.calls.webhooks import WebhookResponse
from ops.stack.logs import Entry

QUEUED = WebhookResponse(200, {"result": "queued", "correlation_id": "c"}, '{"result":"queued"}', 1_000.0, 12.0)
TOKEN = "ab" * 32


def entry(at_ms: float, message: str, **fields: Any) -> Entry:
    return Entry(1_000 + at_ms, message, fields)


def tracked(
    *entries: Entry, answer: WebhookResponse = QUEUED, rung: tuple[str, ...] = (), dead_letters: int = 0
) -> TrackedCall:
    return TrackedCall(
        answer, entries, [], frozenset(rung), dead_letters=dead_letters, waiting=1, push_log=["Traceback: boom"]
    )


def test_steps_are_in_order_with_milliseconds_since_the_webhook() -> None:
    text = timeline(tracked(entry(5, "call queued"), entry(100, "call received", devices=2)))

    assert [line.split(" ms  ") for line in text.splitlines()] == [
        ["       0", "webhook sent"],
        ["       5", "call queued"],
        ["      12", "webhook answered: 200 queued"],
        ["     100", "call received: devices 2"],
    ]


def test_a_call_that_rang_every_device_has_no_problem() -> None:
    assert problem(tracked(entry(9, "call settled", result="rung"), rung=("a", "b")), ["a", "b"]) is None


def test_a_refused_webhook() -> None:
    text = problem(tracked(answer=WebhookResponse(401, {}, "no", 0, 1)), ["a"])

    assert text is not None
    assert text.startswith("the webhook was refused: 401 no")


def test_an_ignored_webhook() -> None:
    answer = WebhookResponse(200, {"result": "ignored"}, '{"result":"ignored","reason":"trigger"}', 0, 1)

    assert "nothing was queued" in (problem(tracked(answer=answer), ["a"]) or "")


def test_a_call_that_nobody_picked_up_shows_the_push_functions_log() -> None:
    text = problem(tracked(entry(5, "call queued")), ["a"]) or ""

    assert "has not picked it up" in text
    assert "Traceback: boom" in text
    assert "the calls queue holds 1 message(s)" in text


def test_a_device_that_apns_refused() -> None:
    text = problem(
        tracked(
            entry(5, "call received", devices=2),
            entry(9, "push accepted", device="a"),
            entry(9, "push failed", device="b", status=403, reason="InvalidProviderToken"),
            entry(10, "call settled", result="undeliverable"),
            rung=("a",),
            dead_letters=1,
        ),
        ["a", "b"],
    )

    assert text == "\n".join(
        [
            "the call was settled: result undeliverable",
            "device b: push failed: status 403, reason InvalidProviderToken",
            "1 message(s) came to the dead-letter queue",
        ]
    )


def test_a_device_that_was_not_found() -> None:
    text = problem(tracked(entry(5, "call received", devices=0), entry(6, "call settled", result="no device")), ["a"])

    assert text == "the call was settled: result no device\ndevice a: not tried"


def test_a_push_is_shown_without_its_tokens() -> None:
    text = push_as_received(
        {
            "device_token": TOKEN,
            "environment": "production",
            "headers": {":path": f"/3/device/{TOKEN}", "apns-topic": "com.example.app.voip"},
            "provider_token": {"iss": "TEAM", "kid": "KEY"},
            "payload": {"callerName": "Zoë"},
            "payload_bytes": 22,
        }
    )

    assert TOKEN not in text
    assert "22 of 4096 bytes" in text
    assert '"callerName": "Zoë"' in text
    assert "bearer <JWT of team TEAM, key KEY>" in text
