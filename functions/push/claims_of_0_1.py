"""Claims as version 0.1 wrote them, an item for each phone. For calls that ring while the new version is deployed.

To be removed one release after 0.2: items live for two days, and a call rings for less than a minute.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from shared.call_events import CallRinging
from shared.call_keys import claim_key
from shared.call_results import CallResult
from shared.device_tokens import device_hash
from shared.ring_items import Phones, PhoneState

_PREFIX = "device#"
_OUTCOMES = {"over": CallResult.ENDED, "dead": CallResult.DEAD}


@dataclass(frozen=True, slots=True)
class FormerRings:
    """What an invocation of the version before has noted, and until when such a one may still be ringing."""

    phones: Phones = field(default_factory=dict)
    leased_until_ms: int = 0


class ClaimsOf01(Protocol):
    def may_have(self, call: CallRinging) -> bool: ...
    def former_rings(self, call: CallRinging, now_ms: int) -> FormerRings: ...


class DynamoClaimsOf01:
    def __init__(self, client: Any, table: str, started_at_ms: int) -> None:
        self._client = client
        self._table = table
        self._started_at_ms = started_at_ms

    def may_have(self, call: CallRinging) -> bool:
        """Only calls that are older than this environment: a later one never met the version before."""
        return call.initiated_at_ms < self._started_at_ms

    def former_rings(self, call: CallRinging, now_ms: int) -> FormerRings:
        response = self._client.query(
            TableName=self._table,
            ConsistentRead=True,
            KeyConditionExpression="#call = :call AND begins_with(#item, :prefix)",
            ExpressionAttributeNames={"#call": "call", "#item": "item"},
            ExpressionAttributeValues={":call": {"S": claim_key(call)}, ":prefix": {"S": _PREFIX}},
        )
        items = response["Items"]
        return FormerRings(
            phones={device_hash(item["item"]["S"].removeprefix(_PREFIX)): _state(item) for item in items},
            leased_until_ms=max([0, *(until for item in items if (until := _lease(item)) > now_ms)]),
        )


def _lease(item: Mapping[str, Any]) -> int:
    return int(item["lease_until"]["N"]) if item["state"]["S"] == "claimed" else 0


def _state(item: Mapping[str, Any]) -> PhoneState:
    match item["state"]["S"]:
        case "done":
            outcome = item["outcome"]["S"]
            return PhoneState(outcome=_OUTCOMES.get(outcome, outcome), pushes=1)
        case "released":
            return PhoneState(pushes=1)
        case _:
            return PhoneState(pushes=1, unknown=True)
