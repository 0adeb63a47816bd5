"""Reads from the calls table what is known about a call that rang a user's phones."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from calls.errors import CallsUnavailable
from shared.call_ends import CallEnd
from shared.call_ends_table import DynamoCallEnds
from shared.call_keys import fact_keys
from shared.redaction import describe
from shared.ring_items import RingItem, read_ring_item


@dataclass(frozen=True, slots=True)
class RungCall:
    ring: RingItem
    ends: Sequence[CallEnd]


class Calls(Protocol):
    def read(self, callee_uid: str, uuid: str) -> RungCall | None: ...


class DynamoCalls:
    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table
        self._ends = DynamoCallEnds(client, table)

    def read(self, callee_uid: str, uuid: str) -> RungCall | None:
        """Consistently. None if no call with this uuid rang this user. Raises `CallsUnavailable`."""
        try:
            ring = read_ring_item(self._client, self._table, callee_uid, uuid)
            return RungCall(ring, self._ends.read(fact_keys(ring))) if ring else None
        except (BotoCoreError, ClientError) as error:
            raise CallsUnavailable(describe(error)) from error
