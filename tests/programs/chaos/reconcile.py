"""The reconciliation: what Apple's side has recorded, against the plan, the tables, the logs and the metrics."""

from collections.abc import Iterator, Sequence
from typing import Any

from ops.stack import emulated_aws
from ops.stack.description import StackDescription
from shared.call_results import CallResult
from shared.ring_items import phones_of
from tests.programs.chaos.phones import Phone, all_phones, check_budget, check_ends, check_repeats, check_rings
from tests.programs.chaos.plan import Device, Plan
from tests.programs.chaos.push_log import PushLog
from tests.programs.chaos.pushes import Interruptions, Push, by_pair, is_rung
from tests.programs.chaos.reconciliation import Reconciliation
from tests.programs.chaos.traffic import Answers
from tests.support.aws.function_logs import log_lines

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


def reconcile(
    plan: Plan,
    description: StackDescription,
    pushes: Sequence[Push],
    interruptions: Interruptions,
    answers: Answers,
) -> Reconciliation:
    reconciliation = Reconciliation()
    tables, log = _Tables(description), PushLog(log_lines(description, description.log_groups.push))
    phones = list(all_phones(plan, by_pair(pushes), tables.phones, log))
    check_rings(reconciliation, phones, interruptions)
    repeats = check_repeats(reconciliation, phones, interruptions)
    _repeats_are_counted(reconciliation, repeats, log)
    reconciliation.row("pushes", len(pushes))
    check_budget(reconciliation, phones)
    check_ends(reconciliation, phones, answers.noted_at_ms)
    _devices(reconciliation, plan, pushes, tables)
    _outcomes(reconciliation, phones, interruptions)
    _messages(reconciliation, description, log, answers.queued)
    _metrics(reconciliation, log)
    lost = sorted(at_ms for times in log.not_recorded_at_ms.values() for at_ms in times)
    reconciliation.row("notes that could not be written", len(lost))
    reconciliation.demand("  while AWS did not hang", [at_ms for at_ms in lost if not interruptions.hang_at(at_ms)])
    reconciliation.row("workers killed", len(interruptions.killed_at_ms))
    return reconciliation


class _Tables:
    def __init__(self, description: StackDescription) -> None:
        self._client = emulated_aws.client("dynamodb", description.aws_endpoint_url)
        self.devices = {item["token"]["S"]: item for item in self._items(description.tables.devices) if "topic" in item}
        self.phones = {
            (item["session_id"]["S"], device): phone
            for item in self._items(description.tables.calls)
            if item["item"]["S"] == "ring"
            for device, phone in phones_of(item).items()
        }
        """By session and the hash of the device token."""

    def _items(self, table: str) -> Iterator[dict[str, Any]]:
        for page in self._client.get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
            yield from page["Items"]


def _devices(reconciliation: Reconciliation, plan: Plan, pushes: Sequence[Push], tables: _Tables) -> None:
    found_dead = {push["device_token"] for push in pushes if push["status"] == 410}
    answered = {push["device_token"] for push in pushes if is_rung(push)}
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


def _outcomes(reconciliation: Reconciliation, phones: Sequence[Phone], interruptions: Interruptions) -> None:
    noted = [phone for phone in phones if phone.outcome == CallResult.RUNG]
    reconciliation.row("pairs rung, by the calls table", len(noted))
    reconciliation.demand("  that APNs did not accept", [phone for phone in noted if not phone.accepted])
    # Whoever was killed after the answer has recorded nothing, and the next delivery may have found the call over.
    known = [phone for phone in phones if any(phone.why_again(push, interruptions) is None for push in phone.accepted)]
    reconciliation.demand(
        "accepted and answered, and not in the table",
        [phone for phone in known if phone.outcome != CallResult.RUNG],
    )


def _repeats_are_counted(reconciliation: Reconciliation, repeats: int, log: PushLog) -> None:
    """Those of invocations that were killed are not: metrics are written at the end of each."""
    counted = log.metrics["PushesAfterUnknown"]
    reconciliation.row("pushes after an unknown outcome, by the metrics", counted)
    missing = [f"{repeats} seen by APNs, {counted} counted"] if repeats > counted else []
    reconciliation.demand("  seen by APNs and not counted", missing)


def _messages(reconciliation: Reconciliation, description: StackDescription, log: PushLog, queued: set[str]) -> None:
    reconciliation.row("calls put on the queue", len(queued))
    reconciliation.demand("  never settled", sorted(queued - log.settled))
    sqs = emulated_aws.client("sqs", description.aws_endpoint_url)
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    for what, url in (
        ("on the calls queue", description.queues.calls),
        ("dead letters", description.queues.dead_letters),
    ):
        attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        reconciliation.demand(what, [name for name in names for _ in range(int(attributes[name]))])


def _metrics(reconciliation: Reconciliation, log: PushLog) -> None:
    received = log.metrics["MessagesReceived"]
    ended = sum(log.metrics[name] for name in RECEIVED_EQUALS)
    reconciliation.row("messages received, by the metrics", received)
    for name in RECEIVED_EQUALS:
        reconciliation.row(f"  {name}", log.metrics[name])
    reconciliation.demand(
        "received and not accounted for", [f"{received} received, {ended} ended"] if received != ended else []
    )
