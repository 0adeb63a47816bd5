"""What ringing needs of the outside, and how long it may take."""

from dataclasses import dataclass
from typing import Protocol, Self

from push.apns.client import VoipPush
from push.apns.outcomes import Outcome
from push.claims import Claims
from push.claims_of_0_1 import ClaimsOf01
from push.devices import Devices
from push.payload_fields import PayloadProfile
from shared import time_limits
from shared.call_ends import CallEnd
from shared.call_events import CallEnded
from shared.clock import Clock
from shared.devices import ApnsEnvironment


class Apns(Protocol):
    async def prepare(self) -> None: ...
    def has_key_for(self, environment: ApnsEnvironment) -> bool: ...
    async def push(
        self, push: VoipPush, environment: ApnsEnvironment, *, write_within_s: float, timeout_s: float
    ) -> Outcome: ...
    async def new_connection(self, environment: ApnsEnvironment) -> None: ...
    async def new_provider_token(self, environment: ApnsEnvironment, *, refused: str) -> bool: ...
    async def read_key_again(self, environment: ApnsEnvironment, *, refused: str) -> bool: ...


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
    """Of one invocation, in ms since the epoch, in their order.

    Until `send_until_ms` all that comes before a push may be waited for, and the push; until `record_until_ms` the
    notes of what came of it; until `settle_until_ms` what becomes of the message.
    """

    send_until_ms: int
    record_until_ms: int
    settle_until_ms: int
    lease_until_ms: int

    @classmethod
    def of_invocation(cls, ends_at_ms: int) -> Self:
        return cls(
            send_until_ms=ends_at_ms - time_limits.RECORDING_MS,
            record_until_ms=ends_at_ms - time_limits.SETTLING_MS,
            settle_until_ms=ends_at_ms - time_limits.RETURNING_MS,
            lease_until_ms=ends_at_ms + time_limits.LEASE_MARGIN_MS,
        )
