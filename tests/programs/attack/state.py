"""Everything that an attacker might change, read out whole, so that before and after can be compared."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from apns_simulator import SimulatorClient
from ops.stack import emulated_aws
from ops.stack.description import StackDescription

QUIET_S = 0.5
QUIET_WITHIN_S = 60.0


@dataclass(frozen=True, slots=True)
class State:
    devices: dict[str, str]
    """Items by key, as JSON."""
    calls: dict[str, str]
    queued: int
    dead_letters: int
    pushes: int
    secrets: dict[str, str]

    def differences(self, after: "State") -> list[str]:
        """Empty if nothing has changed."""
        found = []
        for name in ("devices", "calls", "secrets"):
            mine: dict[str, str] = getattr(self, name)
            theirs: dict[str, str] = getattr(after, name)
            found += [
                f"{name}: {key} {_change(mine.get(key), theirs.get(key))}"
                for key in sorted(mine.keys() | theirs.keys())
                if mine.get(key) != theirs.get(key)
            ]
        for name in ("queued", "dead_letters", "pushes"):
            if getattr(self, name) != getattr(after, name):
                found.append(f"{name}: {getattr(self, name)}, then {getattr(after, name)}")
        return found


def _change(before: str | None, after: str | None) -> str:
    return "is new" if before is None else "is gone" if after is None else f"was {before}, is {after}"


class StateReader:
    def __init__(self, description: StackDescription) -> None:
        self._description = description
        self._dynamodb = emulated_aws.client("dynamodb", description.aws_endpoint_url)
        self._sqs = emulated_aws.client("sqs", description.aws_endpoint_url)
        self._secrets = emulated_aws.client("secretsmanager", description.aws_endpoint_url)
        self._simulator = SimulatorClient(description.apns.control_url or "")

    def state(self) -> State:
        """Once the queue has been empty for a moment."""
        self._wait_until_quiet()
        return State(
            devices=self._table(self._description.tables.devices, "uid", "token"),
            calls=self._table(self._description.tables.calls, "call", "item"),
            queued=self._messages(self._description.queues.calls),
            dead_letters=self._messages(self._description.queues.dead_letters),
            pushes=self._simulator.counters()["pushes"],
            secrets=dict(self._secret_versions()),
        )

    def _wait_until_quiet(self) -> None:
        quiet_since, give_up_at = time.monotonic(), time.monotonic() + QUIET_WITHIN_S
        while time.monotonic() - quiet_since < QUIET_S and time.monotonic() < give_up_at:
            if self._messages(self._description.queues.calls):
                quiet_since = time.monotonic()
            time.sleep(0.1)

    def _table(self, name: str, *key: str) -> dict[str, str]:
        pages = self._dynamodb.get_paginator("scan").paginate(TableName=name, ConsistentRead=True)
        items: list[dict[str, Any]] = [item for page in pages for item in page["Items"]]
        return {" ".join(item[part]["S"] for part in key): json.dumps(item, sort_keys=True) for item in items}

    def _messages(self, url: str) -> int:
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        attributes = self._sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        return sum(int(attributes[name]) for name in names)

    def _secret_versions(self) -> Iterator[tuple[str, str]]:
        for secret in self._secrets.list_secrets()["SecretList"]:
            versions = self._secrets.list_secret_version_ids(SecretId=secret["ARN"])["Versions"]
            stages = {version["VersionId"]: sorted(version.get("VersionStages", [])) for version in versions}
            yield secret["Name"], json.dumps(stages, sort_keys=True)
