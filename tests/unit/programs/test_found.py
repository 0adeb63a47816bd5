"""Inputs with which make fuzz has found something, and what must come of them since."""

import json

import pytest

from push.apns.outcomes import Accepted
from shared.call_events import to_json
from tests.programs.fuzz.functions import loaded
from tests.programs.fuzz.queue import Batch, Queue
from tests.support.push.events import ringing

# The phone rang, then its latency could not be counted, so that the ring was never recorded and the phone rang again.
NO_FLOAT = to_json(ringing(received_at_ms=10**400))
# A line separator, at which Python splits a log line and nobody else does.
LINE_SEPARATOR = to_json(ringing(correlation_id="correlation\u2028-1"))


@pytest.mark.parametrize(
    ("message", "outcome"),
    [(NO_FLOAT, "MessagesUnreadable"), (LINE_SEPARATOR, "CallsRung")],
    ids=["no float", "U+2028"],
)
def test_a_message(message: str, outcome: str) -> None:
    with loaded() as functions, pytest.MonkeyPatch.context() as patch:
        queue = Queue(functions, patch)

        assert queue.run(Batch((json.loads(message),), (message,), 1, Accepted())) == outcome
