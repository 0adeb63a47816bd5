"""A call rings the callee's phones, each of them once, unless it is over or too old."""

import asyncio
import uuid
from collections.abc import Coroutine

from push.call_end import is_over
from push.call_log import Journal
from push.calls import Claimed
from push.group_fan_out import GroupCalls
from push.payload import build_payload
from push.results import End, Ended, Result, summary
from push.ring_device import DeviceRing, Ports, Times
from shared.call_events import CallRinging
from shared.call_keys import fact_keys
from shared.devices import Device

EXPIRATION_S = 30
"""The brief's: how long APNs may go on trying to deliver, within the ring time."""


async def ring(call: CallRinging, ports: Ports, groups: GroupCalls, times: Times, *, ring_ms: int) -> Result:
    """Raises what the stores and Secrets Manager raise; the call is then to be tried again."""
    journal = Journal(call, ports.clock)
    ring_ends_at_ms = call.initiated_at_ms + ring_ms
    if ports.clock() >= ring_ends_at_ms:
        result: Result = Ended(End.STALE)
    elif call.callee_uid:
        result = await _ring(call, ports, times, journal, ring_ends_at_ms)
    else:
        result = await groups.spread(call, journal)
    if isinstance(result, Ended):
        journal.step("call settled", end=result.end, **({"reason": result.reason} if result.reason else {}))
    return result


async def _ring(call: CallRinging, ports: Ports, times: Times, journal: Journal, ring_ends_at_ms: int) -> Result:
    found = await asyncio.to_thread(ports.devices.of, call.callee_uid)
    # DynamoDB takes its time, up to days, to remove what has expired.
    devices = [device for device in found if device.expires_at_s * 1000 > ports.clock()]
    journal.step("call picked up", devices=len(devices))
    times = Times(min(times.deadline_ms, ring_ends_at_ms), times.lease_until_ms)
    return summary(await _ring_devices(call, devices, ports, times, journal, ring_ends_at_ms))


async def _ring_devices(
    call: CallRinging, devices: list[Device], ports: Ports, times: Times, journal: Journal, ring_ends_at_ms: int
) -> list[Result]:
    """Claims all, then reads whether the call is over, then sends: what was over before that reading never rings."""
    owner = str(uuid.uuid4())
    rings = [DeviceRing(ports, call, device, owner=owner, times=times, journal=journal) for device in devices]
    claims = await _all([ring.claim() for ring in rings])
    results: list[Result] = []
    ours: list[DeviceRing] = []
    for ring, claim in zip(rings, claims, strict=True):
        if isinstance(claim, Claimed):
            ours.append(ring)
        else:
            results.append(ring.not_ours(claim))
    if not ours:
        return results
    if is_over(call, await asyncio.to_thread(ports.calls.facts, fact_keys(call))):
        return results + await _all([ring.call_is_over() for ring in ours])
    payload = build_payload(call)
    expires_at_s = min(ports.clock() // 1000 + EXPIRATION_S, ring_ends_at_ms // 1000)
    return results + await _all([ring.send(payload, expires_at_s) for ring in ours])


async def _all[T](steps: list[Coroutine[None, None, T]]) -> list[T]:
    """Waits for all even if one raises: no claim and no send may go on after the handler has ended."""
    done = await asyncio.gather(*steps, return_exceptions=True)
    for outcome in done:
        if isinstance(outcome, BaseException):
            raise outcome
    return [outcome for outcome in done if not isinstance(outcome, BaseException)]
