"""Calls as timelines."""

import pytest

from local.page.calls import Calls, CallView, Parties
from ops.calls.webhooks import Call
from ops.stack.logs import Entry
from shared.call_keys import call_hash
from shared.device_tokens import device_hash
from tests.support.stack.page_readings import NOW_MS, TOKEN, a_push, push_line, the_call, webhook_line

DEVICE = device_hash(TOKEN)


def rung(correlation_id: str = "c1", at_ms: float = 0) -> list[Entry]:
    return [
        webhook_line("call queued", at_ms + 5, correlation_id=correlation_id),
        push_line("call received", at_ms + 280, correlation_id=correlation_id, devices=1),
        push_line("push accepted", at_ms + 302, correlation_id=correlation_id, device=DEVICE, sends=1),
        push_line("call settled", at_ms + 305, correlation_id=correlation_id, result="rung"),
    ]


def the_view(entries: list[Entry], *pushes: dict[str, object]) -> CallView:
    (view,) = Calls(keep=10).update(entries, pushes)
    return view


def test_a_call_that_rang() -> None:
    view = the_view(rung(), a_push())

    assert view.parties == Parties("alice", "bob", False, "video")
    assert view.verdict == "rang 1 phone after 300 ms"
    assert not view.under_way
    assert [(span.stage, span.ms) for span in view.spans] == [
        ("webhook", 5),
        ("queue", 275),
        ("push", 20),
        ("apns", 1),
    ]
    assert [(step.at_ms, step.stage) for step in view.steps] == [
        (5, "webhook"),
        (280, "queue"),
        (300, "apns"),
        (302, "push"),
        (305, "push"),
    ]


def test_a_call_that_another_apns_server_has_taken() -> None:
    """Of which there is no record but our logs."""
    view = the_view(rung())

    assert view.verdict == "rang 1 phone after 302 ms"
    assert view.pushes == ()


def test_the_push_as_apple_received_it_without_its_tokens() -> None:
    (push,) = the_view(rung(), a_push()).pushes

    assert push.bytes == 500
    assert push.headers["apns-push-type"] == "voip"
    assert push.headers["authorization"] == "bearer <JWT of team TEAM, key KEY>"
    assert TOKEN not in str(push)
    assert '"callerName": "Alice"' in push.payload


def test_a_duplicate_says_so() -> None:
    again = [
        webhook_line("call queued", 1_005, correlation_id="c2"),
        push_line("device not rung", 1_300, correlation_id="c2", device="d", reason="duplicate"),
        push_line("call settled", 1_301, correlation_id="c2", result="duplicate"),
    ]

    view = the_view(rung() + again, a_push())

    assert view.deliveries == 2
    assert view.verdict == "rang 1 phone after 300 ms, delivered 2 times and rang once"
    assert view.steps[-1].delivery == "2"


def test_a_custom_providers_webhook_for_each_member_is_no_duplicate() -> None:
    pushes = [a_push(1, payload={"receiverType": "group", "receiver": "friends"})]

    view = the_view(rung("c1") + rung("c2", 10), *pushes)

    assert view.parties == Parties("alice", "friends", True, "video")
    assert view.verdict == "rang 1 phone after 300 ms, 2 webhooks"


def test_retries_and_the_push_that_was_taken() -> None:
    refused = [
        a_push(number, received_at_ms=NOW_MS + 100 * number, accepted=False, status=503, reason="ServiceUnavailable")
        for number in (1, 2)
    ]

    view = the_view(rung(), *refused, a_push(3))

    texts = [step.text for step in view.steps if step.stage == "apns"]
    assert [text.split(" after")[0] for text in texts] == ["answered 503 ServiceUnavailable"] * 2 + ["answered 200"]
    assert view.tone == "good"


def test_a_second_push_of_a_call_is_told() -> None:
    lost = a_push(1, ending="silence", status=None, answered_at_ms=None)

    view = the_view(rung(), lost, a_push(2))

    assert "no second call screen" in view.verdict
    assert view.pushes[0].response == "accepted the push and never answered"


@pytest.mark.parametrize(
    ("result", "text"),
    [
        ("ended", "did not ring: the call had ended (cancelled)"),
        ("stale", "did not ring: the call was older than a call rings"),
        ("no device", "did not ring: no phone is registered for the callee"),
        ("dead token", "did not ring: the device token was dead, and has been removed"),
    ],
)
def test_the_reason_why_a_call_did_not_ring(result: str, text: str) -> None:
    noted = [push_line("call end noted", 100, trigger="cancelled", correlation_id="c0")] if result == "ended" else []

    view = the_view([webhook_line("call queued"), *noted, push_line("call settled", 300, result=result)])

    assert view.verdict == text
    assert view.parties is None


def test_a_call_that_can_not_be_rung_names_the_reason() -> None:
    settled = push_line("call settled", 300, result="undeliverable", reason="APNs answered 403 InvalidProviderToken")

    view = the_view([webhook_line("call queued"), settled])

    assert "dead-letter queue (APNs answered 403 InvalidProviderToken)" in view.verdict
    assert view.tone == "bad"


def test_a_call_that_is_tried_again_is_under_way() -> None:
    failed = push_line("push failed", 300, outcome="Rejected", status=503, reason="ServiceUnavailable", retry=True)

    view = the_view([webhook_line("call queued"), failed])

    assert view.under_way
    assert view.verdict == "not rung yet: 503 ServiceUnavailable"


def test_the_end_of_a_call_without_its_session_id_is_the_calls() -> None:
    """As CometChat's documentation has it; the call is then known by conversation and caller."""
    calls = Calls(keep=10)
    calls.update(rung(), [a_push()])
    conversation = call_hash(the_call(session=""))

    (view,) = calls.update([push_line("call end noted", 900, trigger="cancelled", call=conversation)], [])

    assert view.id == call_hash(the_call())
    assert view.verdict == "rang 1 phone after 300 ms; then it was cancelled"


def test_until_a_push_names_people_the_page_knows_whom_it_has_called() -> None:
    calls = Calls(keep=10)
    calls.posted("c1", Call("alice", "dave", "audio", "s1", NOW_MS))

    (view,) = calls.update([webhook_line("call queued")], [])

    assert view.parties == Parties("alice", "dave", False, "audio")
    assert view.verdict == "on its way"


def test_a_refused_webhook_has_a_line_of_its_own() -> None:
    refused = webhook_line(
        "webhook refused", status=401, error="the credentials are missing or wrong", reason="wrong signature"
    )

    view = the_view([refused])

    assert view.verdict == "refused with 401: the credentials are missing or wrong (wrong signature)"
    assert view.deliveries == 0


def test_the_oldest_calls_are_forgotten() -> None:
    calls = Calls(keep=2)

    views = calls.update([webhook_line("call queued", number, session=f"s{number}") for number in range(5)], [])

    assert [view.began_at_ms - NOW_MS for view in views] == [3, 4]
