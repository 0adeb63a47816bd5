"""What becomes of every webhook that CometChat documents, and of the signed one."""

import json
from typing import Any

import pytest

from shared.call_events import CallEnded, CallEvent, CallRinging
from tests.support.clocks import NOON_MS
from tests.support.cometchat.samples import sample, sample_names
from webhook.cometchat import Ignored, Parsed, parse
from webhook.receipt import Receipt

SESSION = "<sessionId>"
RECEIVED: dict[str, Any] = {"received_at_ms": NOON_MS, "correlation_id": "request"}
NOBODY = Ignored("this trigger rings nobody")


def call_ended(trigger: str, **values: Any) -> CallEnded:
    unknown = dict.fromkeys(("session_id", "conversation_id", "caller_uid", "by_uid", "callee_uid"), "")
    return CallEnded(**{"trigger": trigger, "message_id": 0, **unknown, **RECEIVED, **values})


EXPECTED: dict[str, CallEvent | Ignored] = {
    "signed_call_initiated": CallRinging(
        session_id="session-uuid",
        conversation_id="",
        call_type="video",
        caller_uid="alice",
        caller_name="Alice",
        caller_avatar="",
        receiver_uid="bob",
        receiver_name="Bob",
        receiver_type="user",
        callee_uid="bob",
        message_id=0,
        initiated_at_ms=NOON_MS,
        **RECEIVED,
    ),
    "call_initiated": CallRinging(
        session_id=SESSION,
        conversation_id="cometchat-uid-1_user_cometchat-uid-5",
        call_type="audio",
        caller_uid="cometchat-uid-1",
        caller_name="Andrew Joseph",
        caller_avatar="",
        receiver_uid="cometchat-uid-5",
        receiver_name="",
        receiver_type="user",
        callee_uid="cometchat-uid-5",
        message_id=52,
        initiated_at_ms=1_696_934_199_000,
        **RECEIVED,
    ),
    "custom_provider": CallRinging(
        session_id="v1.123.aik2",
        conversation_id="cometchat-uid-1_user_cometchat-uid-2",
        call_type="audio",
        caller_uid="cometchat-uid-1",
        caller_name="Andrew Joseph",
        caller_avatar="https://assets.cometchat.io/sampleapp/v2/users/cometchat-uid-1.webp",
        receiver_uid="cometchat-uid-2",
        receiver_name="George Alan",
        receiver_type="user",
        callee_uid="cometchat-uid-2",
        message_id=123,
        initiated_at_ms=1_741_847_453_000,
        **RECEIVED,
        custom='{"Custom JSON":"..."}',
    ),
    "call_busy": call_ended(
        "busy",
        conversation_id="cometchat-uid-1_user_cometchat-uid-3",
        caller_uid="cometchat-uid-1",
        by_uid="cometchat-uid-3",
        message_id=43414,
        at_ms=NOON_MS,
    ),
    "call_cancelled": call_ended(
        "cancelled",
        conversation_id="cometchat-uid-3_user_cometchat-uid-4",
        caller_uid="cometchat-uid-4",
        by_uid="cometchat-uid-4",
        message_id=43408,
        at_ms=NOON_MS,
    ),
    "call_rejected": call_ended(
        "rejected",
        conversation_id="cometchat-uid-3_user_cometchat-uid-4",
        caller_uid="cometchat-uid-4",
        by_uid="cometchat-uid-3",
        message_id=43406,
        at_ms=NOON_MS,
    ),
    "call_unanswered": call_ended(
        "unanswered",
        conversation_id="cometchat-uid-3_user_cometchat-uid-4",
        caller_uid="cometchat-uid-4",
        by_uid="cometchat-uid-4",
        message_id=43410,
        at_ms=NOON_MS,
    ),
    "call_started": call_ended("started", session_id=SESSION, at_ms=1_696_934_572_000),
    "call_participant_joined": call_ended("participant_joined", session_id=SESSION, at_ms=1_696_934_573_000),
    "call_ended": call_ended("ended", session_id=SESSION, at_ms=1_696_934_553_000),
    "call_participant_left": NOBODY,
    "meeting_started": NOBODY,
    "meeting_participant_joined": NOBODY,
    "meeting_participant_left": NOBODY,
    "meeting_ended": NOBODY,
    "recording_generated": NOBODY,
    "transcription_generated": NOBODY,
}


@pytest.mark.parametrize("name", sample_names())
def test_sample(name: str) -> None:
    body = json.dumps(sample(name)).encode()

    assert parse(body, Receipt(NOON_MS, "request")) == Parsed(EXPECTED[name], [])


def test_every_expectation_has_its_sample() -> None:
    assert set(EXPECTED) == set(sample_names())
