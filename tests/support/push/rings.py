"""A delivery of a call, of which a test needs some parts only."""

from typing import Any

from push.call_log import CallLog
from push.ports import Deadlines, Ports
from push.ring import Ring
from shared.call_events import CallRinging
from shared.clock import Clock
from tests.support.push.events import RING_MS, ringing
from tests.support.push.fakes import FakeCallEnds, FakeClaims, FakeClaimsOf01, FakeDevices, ScriptedApns
from tests.support.push.world import REMAINING_MS


def ring_of(clock: Clock, call: CallRinging | None = None, *, deadlines: Deadlines | None = None, **parts: Any) -> Ring:
    """`parts` of its ports; the others are fakes. Without deadlines the invocation has 6 s."""
    call = call or ringing()
    fakes = {"devices": FakeDevices(), "claims": FakeClaims(), "claims_of_0_1": FakeClaimsOf01()}
    fakes |= {"ends": FakeCallEnds(), "apns": ScriptedApns()}
    return Ring(
        call,
        Ports(**fakes | parts, clock=clock),
        CallLog(call, clock),
        deadlines or Deadlines.of_invocation(clock() + REMAINING_MS),
        call.initiated_at_ms + RING_MS,
        "me",
    )
