"""How a followed call is told."""

from typing import Any

from ops.calls.timeline import push_as_received, timeline
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
    text = timeline(tracked(entry(5, "call queued", service="webhook"), entry(100, "call received", devices=2)))

    assert [line.split(" ms  ") for line in text.splitlines()] == [
        ["       0", "webhook  sent"],
        ["       5", "webhook  credentials in order, call queued"],
        ["      12", "webhook  answered 200 queued"],
        ["     100", "queue    picked up; the callee has 2 phones"],
    ]


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
