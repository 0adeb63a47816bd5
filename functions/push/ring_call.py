"""A call rings the callee's phones, each of them once, unless it is over or too old."""

import asyncio
import uuid
from collections.abc import Coroutine

from push.call_log import CallLog
from push.calls import Claimed
from push.group_fan_out import GroupCalls
from push.payload import build_payload
from push.results import MessageResult, Settled, summary
from push.ring_device import Deadlines, DeviceRing, Ports
from shared.call_ends import has_ended
from shared.call_events import CallRinging
from shared.call_keys import fact_keys
from shared.call_results import CallResult
from shared.devices import Device
from shared.log_messages import LogMessage

EXPIRATION_S = 30
"""The brief's: how long APNs may go on trying to deliver, within the ring time."""


async def ring(
    call: CallRinging, ports: Ports, groups: GroupCalls, deadlines: Deadlines, *, ring_ms: int
) -> MessageResult:
    """Raises what the stores and Secrets Manager raise; the call is then to be tried again."""
    call_log = CallLog(call, ports.clock)
    ring_ends_at_ms = call.initiated_at_ms + ring_ms
    if ports.clock() >= ring_ends_at_ms:
        result: MessageResult = Settled(CallResult.STALE)
    elif call.callee_uid:
        result = await _ring(call, ports, deadlines, call_log, ring_ends_at_ms)
    else:
        result = await groups.fan_out(call, call_log)
    if isinstance(result, Settled):
        call_log.step(
            LogMessage.CALL_SETTLED, result=result.result, **({"reason": result.reason} if result.reason else {})
        )
    return result


async def _ring(
    call: CallRinging, ports: Ports, deadlines: Deadlines, call_log: CallLog, ring_ends_at_ms: int
) -> MessageResult:
    found = await asyncio.to_thread(ports.devices.for_user, call.callee_uid)
    # DynamoDB takes its time, up to days, to remove what has expired.
    devices = [device for device in found if device.expires_at_s * 1000 > ports.clock()]
    call_log.step(LogMessage.CALL_RECEIVED, devices=len(devices))
    deadlines = Deadlines(min(deadlines.deadline_ms, ring_ends_at_ms), deadlines.lease_until_ms)
    return summary(await _ring_devices(call, devices, ports, deadlines, call_log, ring_ends_at_ms))


async def _ring_devices(
    call: CallRinging,
    devices: list[Device],
    ports: Ports,
    deadlines: Deadlines,
    call_log: CallLog,
    ring_ends_at_ms: int,
) -> list[MessageResult]:
    """Claims all, then reads whether the call is over, then sends: what was over before that reading never rings."""
    owner = str(uuid.uuid4())
    rings = [DeviceRing(ports, call, device, owner=owner, deadlines=deadlines, call_log=call_log) for device in devices]
    claims = await _all([ring.claim() for ring in rings])
    results: list[MessageResult] = []
    ours: list[DeviceRing] = []
    for ring, claim in zip(rings, claims, strict=True):
        if isinstance(claim, Claimed):
            ours.append(ring)
        else:
            results.append(ring.not_ours(claim))
    if not ours:
        return results
    if has_ended(call, await asyncio.to_thread(ports.calls.facts, fact_keys(call))):
        return results + await _all([ring.call_has_ended() for ring in ours])
    payload = build_payload(call, ring_ends_at_ms=ring_ends_at_ms, profile=ports.payload_profile)
    expires_at_s = min(ports.clock() // 1000 + EXPIRATION_S, ring_ends_at_ms // 1000)
    return results + await _all([ring.send(payload, expires_at_s) for ring in ours])


async def _all[T](steps: list[Coroutine[None, None, T]]) -> list[T]:
    """Waits for all even if one raises: no claim and no send may go on after the handler has ended."""
    done = await asyncio.gather(*steps, return_exceptions=True)
    for outcome in done:
        if isinstance(outcome, BaseException):
            raise outcome
    return [outcome for outcome in done if not isinstance(outcome, BaseException)]
