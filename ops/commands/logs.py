"""make logs: what the functions have logged, as a story."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from ops.calls.narration import Step, describe_entry
from ops.calls.timeline import told
from ops.errors import InvalidSetting
from ops.stack.deployed import DeployedStack
from ops.stack.logs import Entry, Logs
from shared.clock import Clock
from shared.device_history import DeviceHistory
from shared.device_tokens import device_hash
from shared.devices import query_devices

_DURATION = re.compile(r"(\d+)([smhd])")
_UNIT_S = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_ERROR_LEVELS = ("WARNING", "ERROR", "CRITICAL")


def logs(
    stack: DeployedStack, clock: Clock, *, since: str = "15m", call: str = "", uid: str = "", errors: bool = False
) -> int:
    """`call` is a call's hash or a correlation id. Raises `InvalidSetting`."""
    since_ms = clock() - duration_s(since) * 1000
    entries = Logs(stack).since(since_ms)
    if uid:
        entries = of_user(entries, uid, _devices_of(stack, uid, clock))
    if call:
        entries = of_call(entries, call)
    if errors:
        entries = [entry for entry in entries if entry.fields.get("level") in _ERROR_LEVELS or _is_bad(entry)]
    for line in story(entries):
        print(line)
    if not entries:
        print(f"nothing of that was logged in the last {since}; SINCE=3h looks further back")
    return 0


def duration_s(text: str) -> int:
    """Raises `InvalidSetting`."""
    match = _DURATION.fullmatch(text)
    if match is None:
        raise InvalidSetting(f"SINCE={text} is no duration; expected a number and s, m, h or d, such as 15m")
    return int(match[1]) * _UNIT_S[match[2]]


def of_call(entries: Sequence[Entry], call: str) -> list[Entry]:
    """All lines of the call, by its hash or by the correlation id of one of its webhooks."""
    hashes = {_call(entry) for entry in entries if entry.fields.get("correlation_id") == call} - {""}
    names = hashes | {call}
    return [entry for entry in entries if _call(entry) in names or entry.fields.get("correlation_id") in names]


def of_user(entries: Sequence[Entry], uid: str, devices: set[str]) -> list[Entry]:
    """What is about the user or one of the devices, and all lines of the calls to these devices."""
    calls = {_call(entry) for entry in entries if entry.fields.get("device") in devices} - {""}
    return [
        entry
        for entry in entries
        if entry.fields.get("uid") == uid or entry.fields.get("device") in devices or _call(entry) in calls
    ]


def story(entries: Sequence[Entry]) -> Iterator[str]:
    """One line a step."""
    for entry in entries:
        step = describe_entry(entry) or Step(entry.at_ms, "push", entry.message)
        at = datetime.fromtimestamp(entry.at_ms / 1000, UTC)
        call = entry.fields.get("call", "")
        yield f"{at:%H:%M:%S}.{at.microsecond // 1000:03}  {call:12}  {step.stage:7}  {told(step)}"


def _call(entry: Entry) -> str:
    found: str = entry.fields.get("call", "")
    return found


def _is_bad(entry: Entry) -> bool:
    step = describe_entry(entry)
    return step is not None and step.tone == "bad"


def _devices_of(stack: DeployedStack, uid: str, clock: Clock) -> set[str]:
    """Of now, and those that the user had."""
    client, table = stack.client("dynamodb"), stack.tables.devices
    had = {entry.device for entry in DeviceHistory(client, table, clock).read(uid)}
    return had | {device_hash(device.token) for device in query_devices(client, table, uid)}
