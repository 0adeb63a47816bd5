"""The items of the calls table that say what became of a call for one callee. push writes them.

Each has a partition of its own, so that a call to a large group is not one hot partition.

    call            ring#<callee uid>#<uuid of the payload>
    item            ring
    owner           id of the invocation that rings, or rang last
    lease_until     ms; until then nobody else rings. 0 when the owner has given it back
    phones          {<hash of the device token>: {outcome, pushes, unknown}}, see `PhoneState`
    reserved        pushes that the owner may have sent to each phone beyond those in `phones`
    session_id, conversation_id, caller_uid, receiver_type, message_id, initiated_at (ms), ring_ends_at (ms)
    expires_at      s; time to live
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self, cast

from shared.call_events import CallRinging, ReceiverType
from shared.call_keys import call_uuid

type Item = Mapping[str, Mapping[str, Any]]

KEEP_S = 2 * 86_400


@dataclass(frozen=True, slots=True)
class PhoneState:
    """`pushes` counts what was sent for this call; `unknown` says that the outcome of one of them was never learned."""

    outcome: str = ""
    """A `CallResult`, once nothing more is to be sent; empty before."""
    pushes: int = 0
    unknown: bool = False

    def to_attribute(self) -> dict[str, Any]:
        fields: dict[str, Any] = {"pushes": {"N": str(self.pushes)}, "unknown": {"BOOL": self.unknown}}
        return {"M": fields | ({"outcome": {"S": self.outcome}} if self.outcome else {})}

    @classmethod
    def from_attribute(cls, attribute: Mapping[str, Any]) -> Self:
        fields = attribute["M"]
        return cls(
            outcome=fields["outcome"]["S"] if "outcome" in fields else "",
            pushes=int(fields["pushes"]["N"]),
            unknown=fields["unknown"]["BOOL"],
        )


type Phones = Mapping[str, PhoneState]
"""By the hash of the device token."""


@dataclass(frozen=True, slots=True)
class RingItem:
    """A call that has rung, or was to ring, the phones of `callee_uid`. Times are milliseconds since the epoch."""

    callee_uid: str
    session_id: str
    conversation_id: str
    caller_uid: str
    receiver_type: ReceiverType
    message_id: int
    initiated_at_ms: int
    ring_ends_at_ms: int
    phones: Phones


def ring_key(callee_uid: str, uuid: str) -> dict[str, dict[str, str]]:
    """`#` is in no uid and in no uuid."""
    return {"call": {"S": f"ring#{callee_uid}#{uuid}"}, "item": {"S": "ring"}}


def key_of(call: CallRinging) -> dict[str, dict[str, str]]:
    return ring_key(call.callee_uid, call_uuid(call))


def phones_of(item: Item) -> Phones:
    phones = item.get("phones", {"M": {}})["M"]
    return {device: PhoneState.from_attribute(phone) for device, phone in phones.items()}


def read_ring_item(client: Any, table: str, callee_uid: str, uuid: str) -> RingItem | None:
    """Consistent. None if this call never came so far that a phone of this user was to ring."""
    response = client.get_item(TableName=table, Key=ring_key(callee_uid, uuid), ConsistentRead=True)
    item = response.get("Item")
    if item is None:
        return None
    return RingItem(
        callee_uid=callee_uid,
        session_id=item["session_id"]["S"],
        conversation_id=item["conversation_id"]["S"],
        caller_uid=item["caller_uid"]["S"],
        receiver_type=cast(ReceiverType, item["receiver_type"]["S"]),
        message_id=int(item["message_id"]["N"]),
        initiated_at_ms=int(item["initiated_at"]["N"]),
        ring_ends_at_ms=int(item["ring_ends_at"]["N"]),
        phones=phones_of(item),
    )
