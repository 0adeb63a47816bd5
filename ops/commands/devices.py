"""make devices: a user's phones, and what became of those that are gone."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from ops.stack.deployed import DeployedStack
from ops.stack.logs import Entry, Logs
from push.devices import DynamoDevices
from shared.clock import Clock
from shared.device_history import DeviceHistory, HistoryEntry
from shared.device_tokens import device_hash
from shared.devices import Device, query_devices
from shared.log_messages import LogMessage

_LAST_RUNG_MS = 24 * 3_600_000


def devices(stack: DeployedStack, uid: str, clock: Clock, *, release: bool = False) -> int:
    """0 if the user has a phone that can be rung. With `release`, quarantines are ended first."""
    client, table = stack.client("dynamodb"), stack.tables.devices
    found = query_devices(client, table, uid)
    if release:
        found = _released(DynamoDevices(client, table, clock), found, clock())
    rung = last_rung(Logs(stack), found, clock() - _LAST_RUNG_MS)
    history = DeviceHistory(client, table, clock).read(uid)
    for line in shown(uid, found, history, rung, clock()):
        print(line)
    return 0 if any(device.quarantined_until_ms <= clock() for device in found) else 1


def last_rung(logs: Logs, found: Sequence[Device], since_ms: int) -> dict[str, Entry]:
    """By device, as the logs tell."""
    rung: dict[str, Entry] = {}
    for device in map(device_hash, (each.token for each in found)):
        for entry in logs.since(since_ms, device):
            if entry.message == LogMessage.PUSH_ACCEPTED and entry.fields.get("device") == device:
                rung[device] = entry
    return rung


def shown(
    uid: str, found: Sequence[Device], history: Sequence[HistoryEntry], rung: dict[str, Entry], now_ms: int
) -> Iterator[str]:
    yield f"{uid} has {len(found)} phone{'' if len(found) == 1 else 's'}:" if found else f"{uid} has no phone."
    for device in found:
        yield from _device(device, rung.get(device_hash(device.token)), history, now_ms)
    if history:
        yield "\nWhat happened in the last 30 days, the latest first:"
        yield from (
            f"  {_time(entry.at_ms)}  {entry.device}  {entry.environment:10}  {entry.change}" for entry in history
        )
    elif not found:
        yield f"No phone was registered under the uid {uid}, or none that was removed in the last 30 days."
        yield f"-> make logs FOR={uid} SINCE=1d shows the app's requests; is {uid} the uid that CometChat has?"


def _device(device: Device, rung: Entry | None, history: Sequence[HistoryEntry], now_ms: int) -> Iterator[str]:
    hashed = device_hash(device.token)
    yield f"  {hashed}  {device.topic.removesuffix('.voip')}  {device.environment}"
    yield f"    registered {_time(device.registered_at_ms)}"
    if rung:
        yield f"    last rung  {_time(rung.at_ms)}, call {rung.fields.get('call', '?')}"
    else:
        yield "    not rung in the last 24 h"
    if device.quarantined_until_ms > now_ms:
        why = next((entry.change for entry in history if entry.device == hashed), "APNs answered BadDeviceToken")
        yield f"    QUARANTINED until {_time(device.quarantined_until_ms)}: {why.removeprefix('quarantined: ')}"
        yield "    -> RELEASE=1 lifts it; the app must register the token of PushKit, see docs/ios.md"


def _released(table: DynamoDevices, found: Sequence[Device], now_ms: int) -> list[Device]:
    for device in found:
        if device.quarantined_until_ms > now_ms:
            done = table.release(device)
            print(f"{device_hash(device.token)}: {'released' if done else 'not released, it was registered again'}")
    return table.for_user(found[0].uid) if found else []


def _time(at_ms: float) -> str:
    return f"{datetime.fromtimestamp(at_ms / 1000, UTC):%Y-%m-%d %H:%M:%S} UTC"
