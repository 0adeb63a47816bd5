"""What ringing needs of the outside, and how long it may take."""

from dataclasses import dataclass
from typing import Protocol

from push.claims import Claims
from push.claims_of_0_1 import ClaimsOf01
from push.delivery import Apns
from push.devices import Devices
from push.payload_fields import PayloadProfile
from shared.call_ends import CallEnd
from shared.call_events import CallEnded
from shared.clock import Clock


class CallEnds(Protocol):
    def read(self, keys: list[str]) -> list[CallEnd]: ...
    def add(self, call_ended: CallEnded) -> None: ...


@dataclass(frozen=True, slots=True)
class Ports:
    devices: Devices
    claims: Claims
    claims_of_0_1: ClaimsOf01
    ends: CallEnds
    apns: Apns
    clock: Clock
    payload_profile: PayloadProfile = "standard"


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Of one invocation, in ms since the epoch: nothing is sent after `send_until_ms`, which lies before its end."""

    send_until_ms: int
    ends_at_ms: int
    lease_until_ms: int
