"""One device, rung for one call: claim, send, record."""

import asyncio
from dataclasses import dataclass

from push.apns.client import VoipPush
from push.apns.outcomes import Accepted, CannotSend, Rejected
from push.apns.reactions import Reaction, reaction_to
from push.call_log import CallLog
from push.calls import AlreadySettled, Calls, Claim, Claimed, LeasedElsewhere
from push.delivery import Apns, Delivery, deliver
from push.devices import Devices
from push.payload import apns_id
from push.payload_fields import PayloadProfile
from push.results import MessageResult, Retry, Settled
from shared.call_events import CallRinging
from shared.call_keys import claim_key
from shared.call_results import CallResult
from shared.clock import Clock
from shared.devices import Device
from shared.log_messages import LogMessage
from shared.observability import count

QUARANTINE_MS = 3_600_000
_TRY_AGAIN = (
    Reaction.TRY_AGAIN,
    Reaction.TRY_AGAIN_ON_NEW_CONNECTION,
    Reaction.TRY_AGAIN_ONCE_ON_NEW_CONNECTION,
)


@dataclass(frozen=True, slots=True)
class Ports:
    """What ringing needs of the outside."""

    devices: Devices
    calls: Calls
    apns: Apns
    clock: Clock
    payload_profile: PayloadProfile = "standard"


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Of one invocation: nothing is sent after the deadline, which lies before the end of the lease."""

    deadline_ms: int
    lease_until_ms: int


class DeviceRing:
    def __init__(
        self, ports: Ports, call: CallRinging, device: Device, *, owner: str, deadlines: Deadlines, call_log: CallLog
    ) -> None:
        self._ports = ports
        self._call_key = claim_key(call)
        self._device = device
        self._apns_id = apns_id(call, device.token)
        self._owner = owner
        self._deadlines = deadlines
        self._call_log = call_log
        self._sent_before = False

    async def claim(self) -> Claim:
        claim = await asyncio.to_thread(
            self._ports.calls.claim,
            self._call_key,
            self._device.token,
            owner=self._owner,
            now_ms=self._ports.clock(),
            lease_until_ms=self._deadlines.lease_until_ms,
        )
        if isinstance(claim, Claimed) and claim.sent_before:
            self._sent_before = True
        return claim

    def not_ours(self, claim: LeasedElsewhere | AlreadySettled) -> MessageResult:
        if isinstance(claim, LeasedElsewhere):
            self._call_log.device(LogMessage.CLAIMED_ELSEWHERE, self._device.token)
            return Retry(claim.until_ms)
        self._call_log.device(LogMessage.DEVICE_NOT_RUNG, self._device.token, reason=CallResult.DUPLICATE)
        return Settled(CallResult.DUPLICATE)

    async def call_has_ended(self) -> MessageResult:
        return await self._settle(CallResult.ENDED)

    async def send(self, payload: bytes, expires_at_s: int) -> MessageResult:
        device = self._device
        if device.quarantined_until_ms > self._ports.clock():
            return await self._settle(CallResult.QUARANTINED)
        if self._sent_before:
            self._call_log.device(LogMessage.PUSHING_AGAIN, device.token)
        push = VoipPush(device.token, device.topic, self._apns_id, payload, expires_at_s)
        delivery = await deliver(
            self._ports.apns,
            push,
            device.environment,
            deadline_ms=self._deadlines.deadline_ms,
            clock=self._ports.clock,
        )
        count("Pushes", delivery.sends)
        count("PushesAfterUnknown", delivery.resends + (self._sent_before and delivery.sends > 0))
        match delivery.outcome:
            case Accepted():
                return await self._rung(delivery)
            case Rejected() as rejected if reaction_to(rejected) not in _TRY_AGAIN:
                return await self._rejected(rejected, delivery)
            case CannotSend() as problem:
                return await self._undeliverable(problem.why, delivery)
            case _:
                return await self._try_again(delivery)

    async def _rung(self, delivery: Delivery) -> MessageResult:
        device, devices = self._device, self._ports.devices
        self._call_log.rung(device.token, environment=delivery.environment, apns_id=self._apns_id, sends=delivery.sends)
        await self._record(CallResult.RUNG)
        if delivery.environment != device.environment:
            await asyncio.to_thread(devices.correct_environment, device, delivery.environment)
        await asyncio.to_thread(devices.extend, device, self._ports.clock())
        return Settled(CallResult.RUNG)

    async def _rejected(self, rejected: Rejected, delivery: Delivery) -> MessageResult:
        device, devices, now_ms = self._device, self._ports.devices, self._ports.clock()
        self._call_log.not_rung(device.token, rejected, environment=delivery.environment)
        match reaction_to(rejected):
            case Reaction.DEVICE_IS_DEAD:
                # A token that was registered after APNs found it dead has come alive since.
                if device.registered_at_ms < (rejected.timestamp_ms or now_ms):
                    await asyncio.to_thread(devices.remove, device)
                return await self._settle(CallResult.DEAD)
            case Reaction.OTHER_ENVIRONMENT | Reaction.QUARANTINE:
                await asyncio.to_thread(devices.quarantine, device, now_ms + QUARANTINE_MS)
                return await self._settle(CallResult.QUARANTINED)
            case _:
                return await self._undeliverable(f"APNs answered {rejected.status} {rejected.reason}", delivery)

    async def _undeliverable(self, why: str, delivery: Delivery) -> MessageResult:
        count("ApnsConfigurationErrors")
        # Not recorded as settled: should we die now, the next delivery must come to the same end.
        await self._release(delivery)
        return Settled(CallResult.UNDELIVERABLE, why)

    async def _try_again(self, delivery: Delivery) -> MessageResult:
        self._call_log.not_rung(self._device.token, delivery.outcome, environment=delivery.environment, retry=True)
        await self._release(delivery)
        return Retry()

    async def _release(self, delivery: Delivery) -> None:
        await asyncio.to_thread(
            self._ports.calls.release,
            self._call_key,
            self._device.token,
            owner=self._owner,
            unknown=delivery.maybe_rung or self._sent_before,
        )

    async def _settle(self, result: CallResult) -> MessageResult:
        self._call_log.device(LogMessage.DEVICE_NOT_RUNG, self._device.token, reason=result)
        await self._record(result)
        return Settled(result)

    async def _record(self, result: CallResult) -> None:
        await asyncio.to_thread(
            self._ports.calls.record, self._call_key, self._device.token, owner=self._owner, outcome=result
        )
