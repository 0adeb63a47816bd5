"""What is logged and counted of a phone: runbooks and the dashboard's queries look for these names."""

from typing import Any

import pytest

from push.apns.outcomes import Accepted, CannotSend, NotSent, NotTaken, Outcome, Unknown
from push.call_log import CallLog
from push.results import Verdict
from shared.call_events import CallEvent
from shared.call_keys import call_hash
from shared.call_results import CallResult
from shared.observability import metrics
from tests.support.clocks import NOON_MS, MovedClock
from tests.support.observed import Observed, observed
from tests.support.push.events import call_ended, ringing
from tests.support.push.fakes import rejected

CALL = ringing(initiated_at_ms=NOON_MS - 700, received_at_ms=NOON_MS - 200)
OF_EACH_LINE = {
    "level": "INFO",
    "call": call_hash(CALL),
    "correlation_id": CALL.correlation_id,
    "ms_since_sent": 700,
    "ms_since_webhook": 200,
}


def said_of(verdict: Verdict) -> Observed:
    with observed() as said:
        CallLog(CALL, MovedClock(NOON_MS)).verdict("a1b2", "an-apns-id", verdict)
        metrics.flush_metrics()
    return said


def line_of(said: Observed) -> dict[str, Any]:
    [line] = said.log
    return {name: value for name, value in line.items() if name not in {"timestamp", "location", "service"}}


def test_a_phone_that_rang() -> None:
    said = said_of(Verdict(CallResult.RUNG, Accepted(), "sandbox", sent=2, repeats=1))

    assert line_of(said) == {
        **OF_EACH_LINE,
        "message": "push accepted",
        "device": "a1b2",
        "environment": "sandbox",
        "apns_id": "an-apns-id",
        "sends": 2,
    }
    assert said.counted == {"Pushes": 2, "PushesAfterUnknown": 1, "PushesAccepted": 1, "RingLatency": 200}
    assert '{"Name":"RingLatency","Unit":"Milliseconds"}' in said.text
    assert '{"Name":"PushesAccepted","Unit":"Count"}' in said.text


def test_a_phone_whose_call_had_ended() -> None:
    said = said_of(Verdict(CallResult.ENDED, rejected(503, "Shutdown"), "production", sent=2))

    assert line_of(said) == {
        **OF_EACH_LINE,
        "message": "device not rung",
        "device": "a1b2",
        "reason": "ended",
        "sends": 2,
    }
    assert said.counted == {"Pushes": 2}


@pytest.mark.parametrize(
    ("outcome", "about"),
    [
        (rejected(429, "TooManyRequests"), {"outcome": "Rejected", "status": 429, "reason": "TooManyRequests"}),
        (NotSent("no connection"), {"outcome": "NotSent", "detail": "no connection"}),
        (NotTaken("refused"), {"outcome": "NotTaken", "detail": "refused"}),
        (Unknown("reset"), {"outcome": "Unknown", "detail": "reset"}),
        (CannotSend("no key"), {"outcome": "CannotSend", "detail": "no key"}),
    ],
)
@pytest.mark.parametrize(
    ("result", "end"),
    [
        (None, {"retry": True}),
        (CallResult.UNDELIVERABLE, {"result": "undeliverable"}),
        (CallResult.UNCONFIRMED, {"result": "unconfirmed"}),
    ],
)
def test_a_phone_that_did_not_ring(
    outcome: Outcome, about: dict[str, Any], result: CallResult | None, end: dict[str, Any]
) -> None:
    said = said_of(Verdict(result, outcome, "production", sent=3))

    assert line_of(said) == {
        **OF_EACH_LINE,
        "message": "push failed",
        "device": "a1b2",
        "environment": "production",
        "sends": 3,
        **about,
        **end,
    }
    answered = "PushesRejected" if about["outcome"] == "Rejected" else "PushesUnanswered"
    last = {CallResult.UNDELIVERABLE: "ApnsConfigurationErrors", CallResult.UNCONFIRMED: "PushesUnconfirmed"}
    assert said.counted == {"Pushes": 3, answered: 1} | ({last[result]: 1} if result else {})


@pytest.mark.parametrize("event", [CALL, call_ended(at_ms=NOON_MS - 700, received_at_ms=NOON_MS - 200)])
@pytest.mark.parametrize("level", ["INFO", "WARNING"])
def test_a_step_of_a_call_and_of_its_end(event: CallEvent, level: str) -> None:
    log = CallLog(event, MovedClock(NOON_MS))

    with observed() as said:
        (log.step if level == "INFO" else log.warning)("push accepted", device="a1b2")

    assert said.log[0]["location"].startswith("test_a_step_of_a_call_and_of_its_end:")
    assert line_of(said) == {
        **OF_EACH_LINE,
        "level": level,
        "call": call_hash(event),
        "correlation_id": event.correlation_id,
        "message": "push accepted",
        "device": "a1b2",
    }
