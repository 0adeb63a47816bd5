"""Who rings: one item of the calls table for each call and callee (`shared.ring_items`).

A claim comes before the pushes and a note of their outcomes after them, both conditional, so that of all deliveries of
a call, at the same time or one after the other, only one rings a phone. A claim has an owner and a lease: when its
owner dies, another one takes over after the lease has ended.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from shared.call_events import CallRinging
from shared.ring_items import KEEP_S, Phones, PhoneState, key_of, phones_of

RESERVED_PUSHES = 2
"""What a claim lets its owner send to each phone without asking again."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """The call is ours to ring. `phones` is what its owners before us have noted."""

    phones: Phones
    unaccounted_pushes: int = 0
    """How many pushes an owner who died may have sent to each phone that has no outcome."""


@dataclass(frozen=True, slots=True)
class LeasedElsewhere:
    """Another delivery is ringing the phones, until then at the latest."""

    until_ms: int


@dataclass(frozen=True, slots=True)
class AlreadySettled:
    """Each of the phones has its outcome."""


type Claim = Claimed | LeasedElsewhere | AlreadySettled


class Claims(Protocol):
    def claim(
        self,
        call: CallRinging,
        devices: Sequence[str],
        *,
        owner: str,
        now_ms: int,
        lease_until_ms: int,
        ring_ends_at_ms: int,
    ) -> Claim: ...
    def note(self, call: CallRinging, phones: Phones, *, owner: str, reserved: int, lease_until_ms: int) -> bool: ...
    def phones(self, call: CallRinging) -> Phones: ...


class DynamoClaims:
    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def claim(
        self,
        call: CallRinging,
        devices: Sequence[str],
        *,
        owner: str,
        now_ms: int,
        lease_until_ms: int,
        ring_ends_at_ms: int,
    ) -> Claim:
        """Takes the call for these phones (hashes): nobody has it, or the lease has ended and not all are settled.

        Reserves `RESERVED_PUSHES` for each phone.
        """
        names = {f"#p{index}": device for index, device in enumerate(devices)}
        all_settled = " AND ".join(f"attribute_exists(phones.{name}.outcome)" for name in names)
        try:
            before = self._client.update_item(
                TableName=self._table,
                Key=key_of(call),
                UpdateExpression=(
                    "SET #owner = :owner, lease_until = :lease_until, expires_at = :expires_at,"
                    " phones = if_not_exists(phones, :none), session_id = :session_id,"
                    " conversation_id = :conversation_id, caller_uid = :caller_uid, receiver_type = :receiver_type,"
                    " message_id = :message_id, initiated_at = :initiated_at, ring_ends_at = :ring_ends_at"
                    " ADD reserved :reserved"
                ),
                # The same owner again is botocore, which has not heard the answer to the first try.
                ConditionExpression=(
                    f"attribute_not_exists(#owner) OR #owner = :owner OR (lease_until < :now AND NOT ({all_settled}))"
                ),
                ExpressionAttributeNames={"#owner": "owner", **names},
                ExpressionAttributeValues={
                    ":owner": {"S": owner},
                    ":lease_until": {"N": str(lease_until_ms)},
                    ":now": {"N": str(now_ms)},
                    ":expires_at": {"N": str(now_ms // 1000 + KEEP_S)},
                    ":none": {"M": {}},
                    ":reserved": {"N": str(RESERVED_PUSHES)},
                    ":session_id": {"S": call.session_id},
                    ":conversation_id": {"S": call.conversation_id},
                    ":caller_uid": {"S": call.caller_uid},
                    ":receiver_type": {"S": call.receiver_type},
                    ":message_id": {"N": str(call.message_id)},
                    ":initiated_at": {"N": str(call.initiated_at_ms)},
                    ":ring_ends_at": {"N": str(ring_ends_at_ms)},
                },
                ReturnValues="ALL_OLD",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except self._client.exceptions.ConditionalCheckFailedException as refusal:
            return _not_taken(refusal.response["Item"], devices)
        return _taken(before.get("Attributes"), owner)

    def note(self, call: CallRinging, phones: Phones, *, owner: str, reserved: int, lease_until_ms: int) -> bool:
        """Writes down all that is known of the phones, if the call is still ours. False if it is not.

        `reserved`: how many more pushes to each phone may follow before the next note. A `lease_until_ms` of 0 gives
        the call back, and after that nothing else is written: a request that was given up may still arrive.
        """
        given_back = {":given_back": {"N": "0"}} if lease_until_ms else {}
        try:
            self._client.update_item(
                TableName=self._table,
                Key=key_of(call),
                UpdateExpression="SET phones = :phones, reserved = :reserved, lease_until = :lease_until",
                ConditionExpression="#owner = :owner" + (" AND lease_until <> :given_back" if given_back else ""),
                ExpressionAttributeNames={"#owner": "owner"},
                ExpressionAttributeValues={
                    ":owner": {"S": owner},
                    ":phones": {"M": {device: phone.to_attribute() for device, phone in phones.items()}},
                    ":reserved": {"N": str(reserved)},
                    ":lease_until": {"N": str(lease_until_ms)},
                    **given_back,
                },
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def phones(self, call: CallRinging) -> Phones:
        """What was noted so far, read consistently."""
        response = self._client.get_item(TableName=self._table, Key=key_of(call), ConsistentRead=True)
        return phones_of(response.get("Item", {}))


def _not_taken(item: Any, devices: Sequence[str]) -> Claim:
    phones = phones_of(item)
    if all(phones.get(device, PhoneState()).outcome for device in devices):
        return AlreadySettled()
    return LeasedElsewhere(int(item["lease_until"]["N"]))


def _taken(before: Any, owner: str) -> Claimed:
    if not before:
        return Claimed({})
    own = RESERVED_PUSHES if before["owner"]["S"] == owner else 0
    return Claimed(phones_of(before), unaccounted_pushes=int(before["reserved"]["N"]) - own)
