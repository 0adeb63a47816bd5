"""What the simulator records: pushes, connections, counters."""

import asyncio
from collections import Counter, deque
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Literal

from apns_simulator.config import Environment

# How a push ended on the wire, as far as the simulator knows.
Ending = Literal[
    "pending", "answered", "silence", "reset", "refused", "closed", "goaway", "reset_by_client", "connection_lost"
]
_KEPT_SETTINGS = 100


@dataclass(slots=True)
class Push:
    """One push. `accepted`: the phone rings, whether or not the sender learns of it. Times in ms since the epoch."""

    sequence: int
    environment: Environment
    connection_id: int
    stream_id: int
    received_at_ms: int
    device_token: str | None
    headers: dict[str, str]
    provider_token: dict[str, Any] | None
    payload: object
    payload_bytes: int
    apns_id: str
    accepted: bool
    fault_id: int | None
    answered_at_ms: int | None = None
    status: int | None = None
    reason: str | None = None
    ending: Ending = "pending"


@dataclass(slots=True)
class ConnectionRecord:
    """One connection. Times in ms since the epoch."""

    id: int
    environment: Environment
    opened_at_ms: int
    closed_at_ms: int | None = None
    provider_tokens: int = 0
    pings_received: int = 0
    pings_answered: int = 0
    resets_received: int = 0
    streams_refused: int = 0
    streams_ignored: int = 0
    goaways_sent: int = 0
    settings_sent: deque[dict[str, int]] = field(default_factory=lambda: deque(maxlen=_KEPT_SETTINGS))


class Record:
    """Append-only. `keep` limits how many pushes and closed connections are remembered; counters are complete."""

    def __init__(self, keep: int | None = None) -> None:
        self._keep = keep
        self._sequence = 0
        self._pushes: deque[Push] = deque(maxlen=keep)
        self._open: dict[int, ConnectionRecord] = {}
        self._closed: deque[ConnectionRecord] = deque(maxlen=keep)
        self._connection_id = 0
        self._counters: Counter[str] = Counter()
        self._news = asyncio.Event()

    def next_sequence(self) -> int:
        """Return the number for the next push."""
        self._sequence += 1
        return self._sequence

    def append(self, push: Push) -> None:
        """Record a push that has been received completely, and wake those who wait for one."""
        self._pushes.append(push)
        self._counters["pushes"] += 1
        self._counters["accepted"] += push.accepted
        self._news.set()

    def end(self, push: Push, ending: Ending, at_ms: int, status: int | None = None, reason: str | None = None) -> None:
        """Record how a pending push ended on the wire, with the response's status and reason if there was one."""
        if push.ending != "pending":
            return
        push.ending = ending
        self._counters[f"ending_{ending}"] += 1
        if status is not None:
            push.answered_at_ms, push.status, push.reason = at_ms, status, reason
            self._counters[f"status_{status}"] += 1
        if reason is not None:
            self._counters[f"reason_{reason}"] += 1

    def withdraw(self, push: Push) -> None:
        """Withdraw an acceptance: a GOAWAY has told the sender that this push was not processed."""
        self._counters["accepted"] -= push.accepted
        push.accepted = False

    def opened(self, environment: Environment, at_ms: int) -> ConnectionRecord:
        """Record a new connection."""
        self._connection_id += 1
        connection = self._open[self._connection_id] = ConnectionRecord(self._connection_id, environment, at_ms)
        self._counters["connections_opened"] += 1
        return connection

    def closed(self, connection: ConnectionRecord, at_ms: int) -> None:
        """Record a connection's end."""
        connection.closed_at_ms = at_ms
        self._closed.append(self._open.pop(connection.id))
        self._counters["connections_closed"] += 1

    def pushes(self, after: int) -> list[Push]:
        """Return the kept pushes with a sequence greater than `after`, oldest first."""
        if not self._pushes:
            return []
        return list(islice(self._pushes, max(0, after + 1 - self._pushes[0].sequence), None))

    async def wait_for_pushes(self, after: int, wait_s: float) -> list[Push]:
        """Return pushes like `pushes`, waiting up to `wait_s` for the first one."""
        try:
            async with asyncio.timeout(wait_s):
                while not (found := self.pushes(after)):
                    self._news.clear()
                    await self._news.wait()
                return found
        except TimeoutError:
            return []

    def connections(self) -> list[ConnectionRecord]:
        """Return the kept connections, closed and open, oldest first."""
        return sorted([*self._closed, *self._open.values()], key=lambda connection: connection.id)

    def counters(self) -> dict[str, int]:
        """Return all counters; the most important ones are present even at zero."""
        always = dict.fromkeys(("pushes", "accepted", "connections_opened", "connections_closed"), 0)
        return always | self._counters | {"connections_open": len(self._open), "last_sequence": self._sequence}

    def clear(self) -> None:
        """Forget pushes, closed connections and counters; numbering goes on."""
        self._pushes.clear()
        self._closed.clear()
        self._counters.clear()
