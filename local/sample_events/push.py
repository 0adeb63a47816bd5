"""What SQS hands to push."""

from typing import Any

from local.sample_events.calls import call_ended, ringing
from local.sample_events.shapes import sqs_event
from shared.call_events import CallEvent


def push_events(now_ms: int) -> dict[str, dict[str, Any]]:
    cases: dict[str, tuple[CallEvent | str, ...]] = {
        "push-call-ringing": (ringing("push-call-ringing", now_ms),),
        # Its sender died, so SQS delivers the message a second time.
        "push-call-ringing-redelivered": (ringing("push-call-ringing-redelivered", now_ms),),
        "push-call-ended": (call_ended("push-call-ended", now_ms),),
        "push-call-stale": (ringing("push-call-stale", now_ms, age_ms=120_000),),
        "push-no-device": (ringing("push-no-device", now_ms, callee="sample-nobody"),),
        "push-call-to-group": (ringing("push-call-to-group", now_ms, callee=""),),
        "push-unreadable": (f'{{"version": 99, "kind": "ringing", "sent_at_ms": {now_ms}}}',),
        # The same call twice, at the same moment: one rings, the other comes back. A bad message spoils no other.
        "push-batch": (
            ringing("push-batch", now_ms),
            ringing("push-batch", now_ms),
            call_ended("push-batch-other", now_ms),
            f"not JSON, {now_ms}",
        ),
    }
    return {
        name: sqs_event(now_ms, *messages, receive_count=2 if name.endswith("-redelivered") else 1)
        for name, messages in cases.items()
    }
