"""What the page reads from the running stack."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from local.page.call_state_polls import Ask, CallStatePolls, Polls, RingingPhone
from local.page.parts import Parts
from ops.calls.pushed_call import log_names, pushed_call
from ops.stack.deployed import DeployedStack
from ops.stack.logs import Entry, Tail
from shared.call_ends import CallEnd
from shared.call_ends_table import DynamoCallEnds
from shared.call_events import CallRinging
from shared.call_keys import claim_key, fact_keys
from shared.devices import Device, is_device
from shared.log_messages import LogMessage

# A push's record may change for this long: it is answered, or a GOAWAY withdraws its acceptance.
_UNSETTLED_MS = 60_000
_SETTLED_AFTER_MS = 5_000
_PUSHES_AT_FIRST = 500


@dataclass(frozen=True, slots=True)
class Reading:
    entries: Sequence[Entry]
    """What the functions have logged since the reading before."""
    pushes: Sequence[dict[str, Any]]
    """The simulator's record: pushes that are new, or may have changed."""
    devices: Sequence[Device]
    simulator_devices: Mapping[str, dict[str, Any]]
    """What the simulator was told of devices, by token."""
    faults: Sequence[dict[str, Any]]
    facts: Mapping[str, Sequence[CallEnd]]
    """By claim key, what the calls table knows of calls that have just been pushed or have ended."""
    polls: Polls
    """What phones that ring have been told about their calls."""
    waiting: int
    dead_letters: int
    problems: Sequence[str] = ()
    """What could not be read and why; its values are those of the reading before."""


class Reader:
    """Not for several threads at once."""

    def __init__(self, stack: DeployedStack, since_ms: int, ask: Ask) -> None:
        self._dynamodb = stack.client("dynamodb")
        self._sqs = stack.client("sqs")
        self._tables = stack.tables
        self._queues = stack.queues
        self._ends = DynamoCallEnds(self._dynamodb, stack.tables.calls)
        self._tail = Tail(stack, since_ms)
        self._simulator = stack.simulator
        self._parts = Parts()
        self._to_ask: dict[str, CallRinging] = {}
        self._polls = CallStatePolls(ask)
        self._unsettled: set[int] = set()
        self._last_sequence: int | None = None

    def read(self, open_calls: Iterable[CallRinging], ringing: Iterable[RingingPhone], now_ms: int) -> Reading:
        """Of the calls on the phones' screens the table is asked when a log line says that one has ended."""
        parts = self._parts
        nothing: tuple[list[dict[str, Any]], list[dict[str, Any]]] = ([], [])
        pushes, new = parts.latest("the APNs simulator", lambda: self._pushes(now_ms), nothing)
        entries: list[Entry] = parts.latest("the functions' logs", self._tail.read, [])
        noted = {entry.fields.get("call") for entry in entries if entry.message == LogMessage.CALL_END_NOTED}
        self._to_ask |= {claim_key(call): call for push in new if (call := pushed_call(push))}
        self._to_ask |= {claim_key(call): call for call in open_calls if log_names(call) & noted}
        reading = Reading(
            entries=entries,
            pushes=pushes,
            devices=parts.read("table devices", self._devices, []),
            simulator_devices=parts.read("the APNs simulator", self._simulator_devices, {}),
            faults=parts.read("the APNs simulator", self._faults, []),
            facts=parts.read("table calls", self._facts, {}),
            polls=self._polls.update(ringing, now_ms),
            waiting=parts.read("the calls queue", lambda: self._messages(self._queues.calls), 0),
            dead_letters=parts.read("the dead-letter queue", lambda: self._messages(self._queues.dead_letters), 0),
            problems=parts.problems(),
        )
        self._last_sequence = max([self._last_sequence or 0, *(push["sequence"] for push in new)])
        return reading

    def _simulator_devices(self) -> dict[str, dict[str, Any]]:
        return {each["token"].lower(): each for each in self._simulator.devices()} if self._simulator else {}

    def _faults(self) -> list[dict[str, Any]]:
        return self._simulator.faults() if self._simulator else []

    def _facts(self) -> Mapping[str, Sequence[CallEnd]]:
        """Of the calls that are to be asked for, which stay so until the table has answered."""
        facts = {key: self._ends.read(fact_keys(call)) for key, call in self._to_ask.items()}
        self._to_ask = {}
        return facts

    def _pushes(self, now_ms: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Those that are new or may have changed, and of these the new ones."""
        if self._simulator is None:
            return [], []
        if self._last_sequence is None:
            self._last_sequence = max(0, self._simulator.counters()["last_sequence"] - _PUSHES_AT_FIRST)
        last = self._last_sequence
        pushes = self._simulator.pushes(after=min([last, *(sequence - 1 for sequence in self._unsettled)]))
        self._unsettled = {push["sequence"] for push in pushes if not _is_settled(push, now_ms)}
        return pushes, [push for push in pushes if push["sequence"] > last]

    def _devices(self) -> list[Device]:
        pages = self._dynamodb.get_paginator("scan").paginate(TableName=self._tables.devices, ConsistentRead=True)
        items = [item for page in pages for item in page["Items"] if is_device(item)]
        return sorted(map(Device.from_item, items), key=lambda device: (device.registered_at_ms, device.token))

    def _messages(self, queue_url: str) -> int:
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        attributes = self._sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=names)["Attributes"]
        return sum(int(attributes[name]) for name in names)


def ring_seconds(stack: DeployedStack) -> int:
    """How long a call rings, as the deployed push function has it."""
    configuration = stack.client("lambda").get_function_configuration(FunctionName=stack.function("push"))
    return int(configuration["Environment"]["Variables"]["RING_SECONDS"])


def _is_settled(push: dict[str, Any], now_ms: int) -> bool:
    age_ms = now_ms - push["received_at_ms"]
    return bool(age_ms > (_UNSETTLED_MS if push["ending"] == "pending" else _SETTLED_AFTER_MS))
