"""A call rings the callee's phones, each of them once, unless it has ended or is too old.

Two round trips lie before the pushes, whatever the number of phones: devices and ends side by side, then the claim.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from push.apns.client import VoipPush
from push.call_log import CallLog
from push.call_notes import CallNotes
from push.claims import AlreadySettled, Claim, Claimed, LeasedElsewhere
from push.claims_of_0_1 import FormerRings
from push.delivery import Delivery
from push.device_upkeep import changes_of, update_device
from push.group_fan_out import GroupCalls
from push.in_thread import UNAVAILABLE, in_thread
from push.payload import apns_id, build_payload
from push.ports import Deadlines, Ports
from push.results import MessageResult, Retry, Settled, Verdict, summary
from push.ring import Ring
from push.still_ringing import StillRinging
from shared.call_ends import has_ended
from shared.call_events import CallRinging
from shared.call_keys import fact_keys
from shared.call_results import CallResult
from shared.device_tokens import device_hash
from shared.devices import Device
from shared.log_messages import LogMessage
from shared.observability import logger
from shared.redaction import describe

EXPIRATION_S = 30
"""How long APNs may go on trying to deliver, within the ring time."""
# Phones that are done within this time of the first one go into the same note.
COLLECT_S = 0.02
# The same for the notes after the first: ten phones that answer one after the other are not to be ten notes.
COLLECT_LATER_S = 0.2
# Results after which nothing more is sent to the phone for this call.
_FINAL = {CallResult.RUNG, CallResult.DEAD, CallResult.QUARANTINED, CallResult.UNCONFIRMED}


async def ring_call(
    call: CallRinging, ports: Ports, groups: GroupCalls, deadlines: Deadlines, *, ring_ms: int
) -> MessageResult:
    """Raises what the stores raise before the call is claimed; the call is then to be tried again."""
    call_log = CallLog(call, ports.clock)
    ring_ends_at_ms = call.initiated_at_ms + ring_ms
    if ports.clock() >= ring_ends_at_ms:
        result: MessageResult = await _too_late(call, ports, deadlines)
    elif call.callee_uid:
        until_ring_ends = replace(deadlines, send_until_ms=min(deadlines.send_until_ms, ring_ends_at_ms))
        result = await RingCall(Ring(call, ports, call_log, until_ring_ends, ring_ends_at_ms)).run()
    else:
        result = await groups.fan_out(call, call_log, until_ms=deadlines.send_until_ms)
    if isinstance(result, Settled):
        call_log.step(
            LogMessage.CALL_SETTLED, result=result.result, **({"reason": result.reason} if result.reason else {})
        )
    return result


async def _too_late(call: CallRinging, ports: Ports, deadlines: Deadlines) -> Settled:
    """What the deliveries before this one have come to."""
    try:
        phones = (await in_thread(ports.clock, deadlines.send_until_ms, ports.claims.phones, call)).values()
    except UNAVAILABLE:
        return Settled(CallResult.STALE)
    if any(phone.outcome == CallResult.RUNG for phone in phones):
        return Settled(CallResult.RUNG)
    return Settled(CallResult.UNCONFIRMED if any(phone.pushes for phone in phones) else CallResult.STALE)


class RingCall:
    """One delivery of a call for one callee."""

    def __init__(self, ring: Ring) -> None:
        self._ring = ring
        self._call = ring.call
        self._ports = ring.ports
        self._call_log = ring.call_log
        self._deadlines = ring.deadlines
        self._ring_ends_at_ms = ring.ends_at_ms

    async def run(self) -> MessageResult:
        call, ports = self._call, self._ports
        read_at_ms = ports.clock()
        devices, ends, former = await asyncio.gather(
            self._devices(), self._before_push(ports.ends.read, fact_keys(call)), self._former_rings()
        )
        self._call_log.step(LogMessage.CALL_RECEIVED, devices=len(devices))
        if not devices:
            return Settled(CallResult.NO_DEVICE)
        if has_ended(call, ends):
            return Settled(CallResult.ENDED)
        awake = [device for device in devices if device.quarantined_until_ms <= ports.clock()]
        if not awake:
            return Settled(CallResult.QUARANTINED)
        claim = LeasedElsewhere(former.leased_until_ms) if former.leased_until_ms else await self._claim(awake)
        match claim:
            case LeasedElsewhere(until_ms):
                self._call_log.step(LogMessage.CLAIMED_ELSEWHERE)
                return Retry(until_ms)
            case AlreadySettled():
                return Settled(CallResult.DUPLICATE)
            case Claimed(phones, unaccounted_pushes):
                self._notes = CallNotes(self._ring, {**former.phones, **phones})
                self._still_ringing = StillRinging(self._ring, read_at_ms=read_at_ms)
                return await self._push_to(awake, unaccounted_pushes)

    async def _devices(self) -> list[Device]:
        found = await self._before_push(self._ports.devices.for_user, self._call.callee_uid)
        # DynamoDB takes its time, up to days, to remove what has expired.
        return [device for device in found if device.expires_at_s * 1000 > self._ports.clock()]

    async def _former_rings(self) -> FormerRings:
        claims = self._ports.claims_of_0_1
        if not claims.may_have(self._call):
            return FormerRings()
        return await self._before_push(claims.former_rings, self._call, self._ports.clock())

    async def _claim(self, devices: Sequence[Device]) -> Claim:
        return await self._before_push(
            self._ports.claims.claim,
            self._call,
            [device_hash(device.token) for device in devices],
            owner=self._ring.owner,
            now_ms=self._ports.clock(),
            lease_until_ms=self._deadlines.lease_until_ms,
            ring_ends_at_ms=self._ring_ends_at_ms,
        )

    async def _before_push[**P, T](self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await in_thread(self._ports.clock, self._deadlines.send_until_ms, work, *args, **kwargs)

    async def _push_to(self, devices: Sequence[Device], unaccounted_pushes: int) -> MessageResult:
        """`unaccounted_pushes`: what an owner who died may have sent to each phone that has no outcome."""
        outcomes = [outcome for device in devices if (outcome := self._notes[device_hash(device.token)].outcome)]
        waiting = [device for device in devices if not self._notes[device_hash(device.token)].outcome]
        payload = build_payload(self._call, ring_ends_at_ms=self._ring_ends_at_ms, profile=self._ports.payload_profile)
        async with asyncio.TaskGroup() as tasks:
            deliveries = [tasks.create_task(self._deliver(device, payload, unaccounted_pushes)) for device in waiting]
            await self._note_early(deliveries)
        await self._notes.give_back()
        verdicts = [delivery.result() for delivery in deliveries]
        await self._update(waiting, verdicts)
        return summary([*(Settled(CallResult(outcome)) for outcome in outcomes), *map(_result, verdicts)])

    async def _deliver(self, device: Device, payload: bytes, unaccounted_pushes: int) -> Verdict | None:
        """None after an error that nobody expected, of which one phone must not cost the others their notes."""
        phone = device_hash(device.token)
        state = self._notes[phone]
        may_have_rung = state.unknown or unaccounted_pushes > 0
        if may_have_rung:
            self._call_log.step(LogMessage.PUSHING_AGAIN, device=phone)
        self._notes[phone] = replace(state, pushes=state.pushes + unaccounted_pushes)
        expires_at_s = min(self._ports.clock() // 1000 + EXPIRATION_S, self._ring_ends_at_ms // 1000)
        delivery = Delivery(
            self._ring,
            VoipPush(device.token, device.topic, apns_id(self._call, device.token), payload, expires_at_s),
            device.environment,
            phone,
            notes=self._notes,
            still_ringing=self._still_ringing,
            may_have_rung=may_have_rung,
        )
        try:
            verdict = await delivery.run()
        except Exception:
            logger.exception(LogMessage.MESSAGE_FAILED, extra={"device": phone})
            return None
        if verdict.result in _FINAL:
            self._notes[phone] = replace(self._notes[phone], outcome=str(verdict.result))
        self._call_log.verdict(phone, delivery.push.apns_id, verdict)
        return verdict

    async def _note_early(self, deliveries: Sequence[asyncio.Task[Verdict | None]]) -> None:
        """While other phones are still being tried, so that a crash repeats no ring whose outcome was known."""
        seen: set[asyncio.Task[Verdict | None]] = set()
        collect_s = COLLECT_S
        while pending := [delivery for delivery in deliveries if not delivery.done()]:
            await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
            await _wait_for_all(pending, collect_s)
            new = {delivery for delivery in deliveries if delivery.done()} - seen
            seen |= new
            if len(seen) < len(deliveries) and any(_is_final(delivery.result()) for delivery in new):
                await self._notes.reserve()
                collect_s = COLLECT_LATER_S

    async def _update(self, devices: Sequence[Device], verdicts: Sequence[Verdict | None]) -> None:
        now_ms = self._ports.clock()
        clock, until_ms = self._ports.clock, self._deadlines.record_until_ms
        updates = [
            in_thread(clock, until_ms, update_device, changes)
            for device, verdict in zip(devices, verdicts, strict=True)
            if verdict and (changes := changes_of(self._ports.devices, device, verdict, now_ms))
        ]
        for error in await asyncio.gather(*updates, return_exceptions=True):
            if isinstance(error, Exception):
                self._call_log.warning(LogMessage.DEVICE_NOT_UPDATED, detail=describe(error))


async def _wait_for_all(tasks: Sequence[asyncio.Task[Any]], at_most_s: float) -> None:
    timer = asyncio.create_task(asyncio.sleep(at_most_s))
    try:
        while not timer.done() and (pending := [task for task in tasks if not task.done()]):
            await asyncio.wait((timer, *pending), return_when=asyncio.FIRST_COMPLETED)
    finally:
        timer.cancel()


def _is_final(verdict: Verdict | None) -> bool:
    return verdict is not None and verdict.result in _FINAL


def _result(verdict: Verdict | None) -> MessageResult:
    if verdict is None or verdict.result is None:
        return Retry(verdict.not_before_ms if verdict else 0)
    return Settled(verdict.result, verdict.reason if verdict.result is CallResult.UNDELIVERABLE else "")
