"""The calls table: which device was rung for which call, and what is known of the call.

A claim comes before a push and a record after it, both conditional, so that of all deliveries of a call, at the same
time or one after the other, only one rings a device. A claim has an owner and a lease: when its owner dies, another
one takes over when the lease has ended.
"""

from dataclasses import dataclass
from typing import Any, Protocol

from shared.call_ends import CallEnd
from shared.call_ends_table import DynamoCallEnds
from shared.call_events import CallEnded

KEEP_S = 2 * 86_400


@dataclass(frozen=True, slots=True)
class Claimed:
    """The device is ours to ring. `sent_before`: it may have been rung already, by an owner who died or never knew."""

    sent_before: bool


@dataclass(frozen=True, slots=True)
class LeasedElsewhere:
    """Somebody else is ringing it, until then at the latest."""

    until_ms: int


@dataclass(frozen=True, slots=True)
class AlreadySettled:
    """It was rung for this call, or can't be."""


type Claim = Claimed | LeasedElsewhere | AlreadySettled


class Calls(Protocol):
    def claim(self, call: str, token: str, *, owner: str, now_ms: int, lease_until_ms: int) -> Claim: ...
    def record(self, call: str, token: str, *, owner: str, outcome: str) -> None: ...
    def release(self, call: str, token: str, *, owner: str, unknown: bool) -> None: ...
    def facts(self, keys: list[str]) -> list[CallEnd]: ...
    def add_fact(self, call_ended: CallEnded) -> None: ...


class DynamoCalls:
    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table
        self._ends = DynamoCallEnds(client, table)

    def claim(self, call: str, token: str, *, owner: str, now_ms: int, lease_until_ms: int) -> Claim:
        """Takes the device for this call: nobody has it, or it was given back, or its lease has ended."""
        try:
            before = self._client.update_item(
                TableName=self._table,
                Key=_ring_key(call, token),
                UpdateExpression=(
                    "SET #state = :claimed, #owner = :owner, lease_until = :lease_until, expires_at = :expires_at"
                ),
                # The same owner again is botocore, which has not heard the answer to the first try.
                ConditionExpression=(
                    "attribute_not_exists(#state) OR (#state <> :done AND (lease_until < :now OR #owner = :owner))"
                ),
                ExpressionAttributeNames={"#state": "state", "#owner": "owner"},
                ExpressionAttributeValues={
                    ":claimed": {"S": "claimed"},
                    ":done": {"S": "done"},
                    ":owner": {"S": owner},
                    ":lease_until": {"N": str(lease_until_ms)},
                    ":now": {"N": str(now_ms)},
                    ":expires_at": {"N": str(now_ms // 1000 + KEEP_S)},
                },
                ReturnValues="ALL_OLD",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except self._client.exceptions.ConditionalCheckFailedException as refusal:
            item = refusal.response["Item"]
            return AlreadySettled() if item["state"]["S"] == "done" else LeasedElsewhere(int(item["lease_until"]["N"]))
        old = before.get("Attributes")
        others = bool(old) and old["owner"]["S"] != owner
        return Claimed(sent_before=others and old["state"]["S"] in ("claimed", "unknown"))

    def record(self, call: str, token: str, *, owner: str, outcome: str) -> None:
        """Settles it for good, if it is still ours: an owner who was stalled past its lease changes nothing."""
        update = "SET #state = :state, outcome = :outcome"
        self._settle(call, token, owner, update, "done", {":outcome": {"S": outcome}})

    def release(self, call: str, token: str, *, owner: str, unknown: bool) -> None:
        """Gives it back for another try. `unknown`: it may have been rung."""
        update = "SET #state = :state, lease_until = :never"
        self._settle(call, token, owner, update, "unknown" if unknown else "released", {":never": {"N": "0"}})

    def facts(self, keys: list[str]) -> list[CallEnd]:
        return self._ends.read(keys)

    def add_fact(self, call_ended: CallEnded) -> None:
        self._ends.add(call_ended)

    def _settle(
        self, call: str, token: str, owner: str, update: str, state: str, values: dict[str, dict[str, str]]
    ) -> None:
        try:
            self._client.update_item(
                TableName=self._table,
                Key=_ring_key(call, token),
                UpdateExpression=update,
                ConditionExpression="#owner = :owner AND #state = :claimed",
                ExpressionAttributeNames={"#state": "state", "#owner": "owner"},
                ExpressionAttributeValues={
                    ":owner": {"S": owner},
                    ":claimed": {"S": "claimed"},
                    ":state": {"S": state},
                    **values,
                },
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return


def _ring_key(call: str, token: str) -> dict[str, dict[str, str]]:
    return {"call": {"S": call}, "item": {"S": f"device#{token}"}}
