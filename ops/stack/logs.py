"""What the functions have logged."""

import json
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import Any

from ops.stack.deployed import DeployedStack

# The emulator's events are as old as the end of their invocation.
_MARGIN_MS = 1_000
# A search by id may be generous, since our clock may differ from AWS's.
_CLOCKS_DIFFER_MS = 300_000


@dataclass(frozen=True, slots=True)
class Entry:
    at_ms: float
    message: str
    fields: dict[str, Any]


class Logs:
    def __init__(self, stack: DeployedStack) -> None:
        self._client = stack.client("logs")
        groups = stack.log_groups
        self._groups = (groups.webhook, groups.push)
        self._push = groups.push
        self._all = astuple(groups)

    def of_call(self, correlation_id: str, since_ms: float) -> list[Entry]:
        """What the webhook and push functions have logged of a call, oldest first."""
        entries = [
            entry
            for group in self._groups
            for line in self._lines(group, since_ms, correlation_id)
            if (entry := parse(line)) and entry.fields.get("correlation_id") == correlation_id
        ]
        return sorted(entries, key=lambda entry: entry.at_ms)

    def since(self, since_ms: float, with_text: str = "") -> list[Entry]:
        """What all functions have logged since then, oldest first; with a text only the lines that contain it."""
        found = [
            entry for group in self._all for line in self._lines(group, since_ms, with_text) if (entry := parse(line))
        ]
        return sorted((entry for entry in found if entry.at_ms >= since_ms), key=lambda entry: entry.at_ms)

    def end_of_push(self, since_ms: float, lines: int = 15) -> list[str]:
        """The push function's last lines, of any call."""
        return list(self._lines(self._push, since_ms))[-lines:]

    def _lines(self, group: str, since_ms: float, with_text: str = "") -> Iterator[str]:
        margin_ms, pattern = _MARGIN_MS, {}
        if with_text:
            margin_ms, pattern = _CLOCKS_DIFFER_MS, {"filterPattern": f'"{with_text}"'}
        pages = self._client.get_paginator("filter_log_events").paginate(
            logGroupName=group, startTime=int(since_ms) - margin_ms, **pattern
        )
        for page in pages:
            for event in page["events"]:
                yield event["message"]


class Tail:
    """New log lines of webhook and push, each once. A line is readable when its invocation has ended."""

    def __init__(self, stack: DeployedStack, since_ms: int) -> None:
        self._client = stack.client("logs")
        self._since_ms = dict.fromkeys((stack.log_groups.webhook, stack.log_groups.push), since_ms)
        self._seen: dict[str, dict[tuple[str, str], int]] = {group: {} for group in self._since_ms}

    def read(self) -> list[Entry]:
        """Lines since the last time, oldest first."""
        entries = [entry for group in self._since_ms for line in self._new_lines(group) if (entry := parse(line))]
        return sorted(entries, key=lambda entry: entry.at_ms)

    def _new_lines(self, group: str) -> list[str]:
        """The emulator returns the oldest 10,000 lines; the next reading begins where this one ended."""
        seen, start_ms = self._seen[group], self._since_ms[group] - _MARGIN_MS
        events = self._client.filter_log_events(logGroupName=group, startTime=start_ms)["events"]
        found = {(event["logStreamName"], event["message"]): event["timestamp"] for event in events}
        self._since_ms[group] = max([self._since_ms[group], *found.values()])
        self._seen[group] = found
        return [message for stream, message in found if (stream, message) not in seen]


def parse(line: str) -> Entry | None:
    """None for a line that our logger did not write: Lambda's own, metrics, tracebacks."""
    try:
        fields = json.loads(line)
        at_ms = datetime.fromisoformat(fields["timestamp"]).timestamp() * 1000
        return Entry(at_ms, fields["message"], fields)
    except (ValueError, TypeError, KeyError):
        return None
