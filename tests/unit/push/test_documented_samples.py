"""CometChat's documented samples, verbatim and at the moment they were sent: what each of them does to a phone."""

from dataclasses import replace

import pytest

from shared.call_events import CallEnded, CallRinging
from tests.support.cometchat.samples import SAMPLES
from tests.support.push.events import device
from webhook.cometchat import Ignored, parse
from webhook.receipt import Receipt

RINGS = {
    "signed_call_initiated": ("bob", "Alice", "video"),
    "call_initiated": ("cometchat-uid-5", "Andrew Joseph", "audio"),
    "custom_provider": ("cometchat-uid-2", "Andrew Joseph", "audio"),
}
SIGNALLED_ENDS = {
    "call_busy": ("cometchat-uid-1", "cometchat-uid-3"),
    "call_cancelled": ("cometchat-uid-4", "cometchat-uid-3"),
    "call_rejected": ("cometchat-uid-4", "cometchat-uid-3"),
    "call_unanswered": ("cometchat-uid-4", "cometchat-uid-3"),
}
"""Who called whom. The callee has sent two of them: there the parties are flipped."""
SESSION_ENDS = ("call_started", "call_participant_joined", "call_ended")
NOTHING = (
    "call_participant_left",
    "meeting_started",
    "meeting_participant_joined",
    "meeting_participant_left",
    "meeting_ended",
    "recording_generated",
    "transcription_generated",
)
# The latest time in any sample, so that nothing in them lies in the future.
LATER_MS = 1_744_960_300_000


def event(name: str, at_ms: int = LATER_MS):
    return parse((SAMPLES / f"{name}.json").read_bytes(), Receipt(at_ms, name)).event


def at_its_own_time(name: str) -> CallRinging:
    ringing = event(name)
    assert isinstance(ringing, CallRinging)
    return event(name, ringing.initiated_at_ms + 500)


def test_every_sample_is_accounted_for():
    assert {path.stem for path in SAMPLES.glob("*.json")} == {*RINGS, *SIGNALLED_ENDS, *SESSION_ENDS, *NOTHING}


@pytest.mark.parametrize("name", RINGS)
def test_it_rings(push_function, clock, name):
    callee, caller_name, call_type = RINGS[name]
    call = at_its_own_time(name)
    clock.now_ms = call.received_at_ms
    push_function.devices.put(device(uid=callee, expires_at_s=2**40))

    assert push_function.deliver(call) == []

    [(push, _, _)] = push_function.apns.pushes
    assert f'"callerName":"{caller_name}"'.encode() in push.payload
    assert f'"callType":"{call_type}"'.encode() in push.payload


@pytest.mark.parametrize("name", RINGS)
def test_a_year_later_it_is_stale(push_function, counted, clock, name):
    call = at_its_own_time(name)
    clock.now_ms = call.received_at_ms + 365 * 86_400_000
    push_function.devices.put(device(uid=RINGS[name][0], expires_at_s=2**40))

    push_function.deliver(call)

    assert push_function.rung == []
    assert counted()["CallsStale"] == 1


@pytest.mark.parametrize("name", SIGNALLED_ENDS)
def test_it_ends_the_call_before_it_in_its_conversation_and_no_later_one(push_function, clock, name):
    caller, callee = SIGNALLED_ENDS[name]
    end = event(name)
    assert isinstance(end, CallEnded)
    clock.now_ms = end.at_ms
    push_function.devices.put(device(uid=callee, expires_at_s=2**40))
    ended = replace(
        at_its_own_time("call_initiated"),
        session_id="v1.us.one",
        conversation_id=end.conversation_id,
        caller_uid=caller,
        receiver_uid=callee,
        callee_uid=callee,
        initiated_at_ms=end.at_ms - 5_000,
    )
    push_function.deliver(end)

    push_function.deliver(ended)
    assert push_function.rung == []

    push_function.deliver(replace(ended, session_id="v1.us.two", initiated_at_ms=end.at_ms + 5_000))
    assert len(push_function.rung) == 1


@pytest.mark.parametrize("name", SESSION_ENDS)
def test_it_ends_the_call_of_its_session(push_function, clock, name):
    end = event(name)
    assert isinstance(end, CallEnded)
    call = replace(at_its_own_time("call_initiated"), session_id=end.session_id)
    clock.now_ms = call.received_at_ms
    push_function.devices.put(device(uid=call.callee_uid, expires_at_s=2**40))
    push_function.deliver(end)

    push_function.deliver(call)
    assert push_function.rung == []

    push_function.deliver(replace(call, session_id="another"))
    assert len(push_function.rung) == 1


@pytest.mark.parametrize("name", NOTHING)
def test_it_concerns_no_ringing_phone(name):
    assert isinstance(event(name), Ignored)
