"""Follows one call through the stack, from the webhook's answer to the phones."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ops.calls.webhooks import WebhookResponse
from ops.stack.deployed import DeployedStack
from ops.stack.logs import Entry, Logs
from shared.device_tokens import device_hash
from shared.log_messages import LogMessage

_POLL_S = 0.1
_TIMEOUT_S = 20.0
# CloudWatch Logs shows a line after some seconds and takes a few requests a second.
_POLL_IN_AWS_S = 2.0
_TIMEOUT_IN_AWS_S = 90.0


@dataclass(frozen=True, slots=True)
class TrackedCall:
    answer: WebhookResponse
    entries: Sequence[Entry]
    """What the functions have logged of it, oldest first."""
    pushes: Sequence[dict[str, Any]]
    """What the simulator has received since; empty for another APNs server."""
    rung: frozenset[str]
    """Hashes of the devices whose push APNs accepted, by the simulator's record; for other servers by our logs."""
    dead_letters: int
    """How many messages have reached the dead-letter queue since."""
    waiting: int
    """How many messages the calls queue holds."""
    push_log: Sequence[str]
    """The push function's last lines if it has not settled the call."""

    @property
    def settled(self) -> Entry | None:
        return self.first(LogMessage.CALL_SETTLED)

    def first(self, message: str) -> Entry | None:
        return next((entry for entry in self.entries if entry.message == message), None)


class CallTracker:
    """Made before the call is posted: it remembers the state of then, to tell what the call has changed."""

    def __init__(self, stack: DeployedStack, timeout_s: float | None = None) -> None:
        self._logs = Logs(stack)
        self._sqs = stack.client("sqs")
        self._queues = stack.queues
        self._simulator = stack.simulator
        self._poll_s = _POLL_S if stack.is_local else _POLL_IN_AWS_S
        self._timeout_s = timeout_s or (_TIMEOUT_S if stack.is_local else _TIMEOUT_IN_AWS_S)
        self._dead_letters_before = self._messages(self._queues.dead_letters)
        self._sequence_before = self._simulator.counters()["last_sequence"] if self._simulator else 0

    def wait(self, answer: WebhookResponse, until: str = LogMessage.CALL_SETTLED) -> TrackedCall:
        """Returns when that step has been logged, or when the call seems stuck."""
        entries: Sequence[Entry] = ()
        settled = answer.correlation_id is None
        deadline = time.monotonic() + self._timeout_s
        while answer.correlation_id and not settled and time.monotonic() < deadline:
            entries = self._logs.of_call(answer.correlation_id, answer.sent_at_ms)
            settled = any(entry.message == until for entry in entries)
            if not settled:
                time.sleep(self._poll_s)
        pushes = self._simulator.pushes(after=self._sequence_before) if self._simulator else []
        logged = (entry.fields["device"] for entry in entries if entry.message == LogMessage.PUSH_ACCEPTED)
        recorded = (device_hash(push["device_token"]) for push in pushes if push["accepted"])
        return TrackedCall(
            answer=answer,
            entries=entries,
            pushes=pushes,
            rung=frozenset(recorded if self._simulator else logged),
            dead_letters=self._messages(self._queues.dead_letters) - self._dead_letters_before,
            waiting=self._messages(self._queues.calls),
            push_log=() if settled else self._logs.end_of_push(answer.sent_at_ms),
        )

    def _messages(self, queue_url: str) -> int:
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        attributes = self._sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=names)["Attributes"]
        return sum(int(attributes[name]) for name in names)
