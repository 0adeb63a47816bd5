"""The reconciliation: what Apple's side has recorded, against the plan, the tables, the logs and the metrics."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from ops.stack import emulated_aws
from ops.stack.description import StackDescription
from shared.call_results import CallResult
from shared.device_tokens import device_hash
from shared.log_messages import LogMessage
from shared.ring_items import phones_of
from tests.programs.chaos.plan import Device, Plan
from tests.support.aws.emf import samples
from tests.support.aws.function_logs import log_lines

# A push that was answered may still be sent again: its sender was killed before it had recorded that, or its connection
# was reset, which throws away what the sender had not read yet.
RECORDED_WITHIN_MS = 3_000
MAX_PUSHES = 6
READ_WITHIN_MS = 250

RECEIVED_EQUALS = (
    "CallsRung",
    "CallsFannedOut",
    "CallsEnded",
    "CallsUnconfirmed",
    "CallsDuplicate",
    "CallsWithoutDevice",
    "CallsStale",
    "CallsUndeliverable",
    "CallsGroupNotConfigured",
    "CallEndsNoted",
    "MessagesUnreadable",
    "MessagesRetried",
)


@dataclass(slots=True)
class Reconciliation:
    rows: list[tuple[str, str]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def row(self, what: str, value: object) -> None:
        self.rows.append((what, str(value)))

    def demand(self, what: str, wrong: Sequence[object]) -> None:
        """A row that must be 0, with the first few that make it more."""
        self.row(what, len(wrong))
        self.problems += [f"{what}: {each}" for each in wrong[:5]]


@dataclass(frozen=True, slots=True)
class Interruptions:
    """When workers were killed, and the pushes on which the connection was reset."""

    killed_at_ms: Sequence[int]
    resets: Sequence[dict[str, Any]]

    def why_again(self, push: dict[str, Any]) -> str | None:
        """Why a push that Apple accepted was sent again; None if there was no need."""
        if push["ending"] != "answered":
            return "killed" if push["ending"] == "connection_lost" else "unknown"
        answered_at_ms = push["answered_at_ms"]
        if any(-1_000 <= killed - answered_at_ms <= RECORDED_WITHIN_MS for killed in self.killed_at_ms):
            return "killed"
        lost = any(
            reset["connection_id"] == push["connection_id"]
            and abs(reset["received_at_ms"] - answered_at_ms) <= READ_WITHIN_MS
            for reset in self.resets
        )
        return "unknown" if lost else None


def reconcile(
    plan: Plan,
    description: StackDescription,
    pushes: Sequence[dict[str, Any]],
    interruptions: Interruptions,
    queued: set[str],
) -> Reconciliation:
    reconciliation = Reconciliation()
    accepted: defaultdict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for push in pushes:
        if push["accepted"]:
            accepted[push["payload"]["sessionId"], push["device_token"]].append(push)
    tables = _Tables(description)
    _phones(reconciliation, plan, accepted, interruptions)
    _push_budget(reconciliation, pushes)
    _devices(reconciliation, plan, pushes, tables)
    _claims(reconciliation, accepted, tables, interruptions)
    logs = _FunctionLogs(description)
    _messages(reconciliation, description, logs, queued)
    _metrics(reconciliation, logs)
    reconciliation.row("workers killed in mid-send", len(interruptions.killed_at_ms))
    return reconciliation


def _phones(
    reconciliation: Reconciliation,
    plan: Plan,
    accepted: dict[tuple[str, str], list[dict[str, Any]]],
    interruptions: Interruptions,
) -> None:
    should, silent, wrong, twice = 0, [], [], []
    resends: Counter[str] = Counter()
    other_uuid = []
    for call in plan.calls:
        for device in (device for callee in call.callees for device in plan.devices[callee]):
            rung = accepted.get((call.session_id, device.token), [])
            must = call.must_ring and not device.dead and not device.refused
            should += must
            if must and not rung:
                silent.append(f"call {call.number}, device {device.token[:8]}")
            if rung and (device.dead or not call.may_ring):
                wrong.append(f"call {call.number} ({call.kind}), device {device.token[:8]}")
            for earlier in rung[:-1]:
                why = interruptions.why_again(earlier)
                if why is None:
                    twice.append(f"call {call.number}, device {device.token[:8]}: {earlier['ending']}")
                else:
                    resends[why] += 1
            if len({(push["payload"]["uuid"], push["apns_id"]) for push in rung}) > 1:
                other_uuid.append(f"call {call.number}")
    reconciliation.row("(call, device) pairs that should ring", should)
    reconciliation.demand("  that did not", silent)
    reconciliation.demand("rung and should not have", wrong)
    reconciliation.demand("rung twice without need", twice)
    reconciliation.row("rung again after an unknown outcome", resends["unknown"])
    reconciliation.row("rung again after a kill before the record", resends["killed"])
    reconciliation.demand("  with another uuid or apns-id", other_uuid)


def _push_budget(reconciliation: Reconciliation, pushes: Sequence[dict[str, Any]]) -> None:
    sent = Counter((push["payload"]["sessionId"], push["device_token"]) for push in pushes if push["payload"])
    reconciliation.row("pushes", len(pushes))
    reconciliation.row("  most to one phone for one call", max(sent.values(), default=0))
    over = [f"session {session[:8]}, device {token[:8]}: {n}" for (session, token), n in sent.items() if n > MAX_PUSHES]
    reconciliation.demand("  phones with more than allowed", over)


class _Tables:
    def __init__(self, description: StackDescription) -> None:
        self._client = emulated_aws.client("dynamodb", description.aws_endpoint_url)
        self.devices = {item["token"]["S"]: item for item in self._items(description.tables.devices) if "topic" in item}
        self.rung = {
            (item["session_id"]["S"], device)
            for item in self._items(description.tables.calls)
            if item["item"]["S"] == "ring"
            for device, phone in phones_of(item).items()
            if phone.outcome == CallResult.RUNG
        }

    def _items(self, table: str) -> Iterator[dict[str, Any]]:
        for page in self._client.get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
            yield from page["Items"]


def _devices(reconciliation: Reconciliation, plan: Plan, pushes: Sequence[dict[str, Any]], tables: _Tables) -> None:
    found_dead = {push["device_token"] for push in pushes if push["status"] == 410}
    answered = {push["device_token"] for push in pushes if push["status"] == 200 and push["ending"] == "answered"}
    all_devices: list[Device] = [device for devices in plan.devices.values() for device in devices]
    kept = [device.token[:8] for device in all_devices if device.token in found_dead and device.token in tables.devices]
    lost = [device.token[:8] for device in all_devices if not device.dead and device.token not in tables.devices]
    uncorrected = [
        device.token[:8]
        for device in all_devices
        if device.token in answered and tables.devices[device.token]["environment"]["S"] != device.environment
    ]
    reconciliation.row("dead tokens met", len(found_dead))
    reconciliation.demand("  still registered", kept)
    reconciliation.demand("live tokens gone", lost)
    reconciliation.demand("environments not corrected", uncorrected)


def _claims(
    reconciliation: Reconciliation,
    accepted: dict[tuple[str, str], list[dict[str, Any]]],
    tables: _Tables,
    interruptions: Interruptions,
) -> None:
    accepted = {(session_id, device_hash(token)): pushes for (session_id, token), pushes in accepted.items()}
    rung = tables.rung
    reconciliation.row("pairs rung, by the calls table", len(rung))
    reconciliation.demand("  that Apple did not accept", sorted(rung - accepted.keys()))
    # Whoever was killed after the answer has recorded nothing, and the next delivery may have found the call over.
    known = {key for key, pushes in accepted.items() if any(interruptions.why_again(push) is None for push in pushes)}
    reconciliation.demand("accepted and answered, and not in the table", sorted(known - rung))


class _FunctionLogs:
    def __init__(self, description: StackDescription) -> None:
        lines = list(log_lines(description, description.log_groups.push))
        self.settled = set(_settled(lines))
        self.metrics: Counter[str] = Counter()
        for sample in samples(lines):
            self.metrics[sample.name] += int(sample.value)


def _settled(lines: Iterable[str]) -> Iterator[str]:
    """The correlation ids of calls that came to an end."""
    for line in lines:
        with suppress(ValueError):
            fields = json.loads(line)
            if isinstance(fields, dict) and fields.get("message") == LogMessage.CALL_SETTLED:
                yield fields["correlation_id"]


def _messages(
    reconciliation: Reconciliation, description: StackDescription, logs: _FunctionLogs, queued: set[str]
) -> None:
    reconciliation.row("calls put on the queue", len(queued))
    reconciliation.demand("  never settled", sorted(queued - logs.settled))
    sqs = emulated_aws.client("sqs", description.aws_endpoint_url)
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    for what, url in (
        ("on the calls queue", description.queues.calls),
        ("dead letters", description.queues.dead_letters),
    ):
        attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        reconciliation.demand(what, [name for name in names for _ in range(int(attributes[name]))])


def _metrics(reconciliation: Reconciliation, logs: _FunctionLogs) -> None:
    received = logs.metrics["MessagesReceived"]
    ended = sum(logs.metrics[name] for name in RECEIVED_EQUALS)
    reconciliation.row("messages received, by the metrics", received)
    for name in RECEIVED_EQUALS:
        reconciliation.row(f"  {name}", logs.metrics[name])
    reconciliation.demand(
        "received and not accounted for", [f"{received} received, {ended} ended"] if received != ended else []
    )
