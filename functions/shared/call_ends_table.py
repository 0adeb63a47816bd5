"""The part of the calls table that holds how calls ended.

An end is an item in the partition of each name of its call. webhook and push write ends, push reads them before it
rings.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any

from shared.call_ends import CallEnd
from shared.call_events import CallEnded
from shared.call_keys import fact_keys

KEEP_S = 2 * 86_400
THREADS = 16
_SESSION = "session#"
# Stored in running deployments, hence the old word.
_END = "over#"
# In a conversation's partition, an end whose session is known. Releases that compared no sessions read only the prefix
# above: they would take it for an end of whichever call of that conversation began before it.
_END_OF_SESSION = "ended#"
_ENDS_FROM, _ENDS_TO = _END_OF_SESSION, f"{_END}\U0010ffff"


class DynamoCallEnds:
    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table
        self._threads = ThreadPoolExecutor(THREADS)

    def read(self, keys: list[str]) -> list[CallEnd]:
        """What is known of calls of these names, read consistently: what was written before is seen."""
        return [end for ends in self._side_by_side(self._read_one, keys) for end in ends]

    def add(self, call_ended: CallEnded) -> None:
        """Under every name of its call. Raises what botocore raises; adding it again does no harm."""
        self._side_by_side(lambda key: self._put(key, call_ended), fact_keys(call_ended))

    def _side_by_side[T](self, work: Callable[[str], T], keys: list[str]) -> list[T]:
        """Most calls have two names, and on the way to a ringing phone one round trip is enough."""
        others = [self._threads.submit(work, key) for key in keys[1:]]
        try:
            first = [work(key) for key in keys[:1]]
        finally:
            wait(others)
        return first + [other.result() for other in others]

    def _put(self, key: str, call_ended: CallEnded) -> None:
        """The latest of its kind is kept, which matters only where ends are kept by conversation and caller."""
        of_session = key.startswith(_SESSION)
        prefix = _END_OF_SESSION if call_ended.session_id and not of_session else _END
        try:
            self._client.put_item(
                TableName=self._table,
                Item={
                    "call": {"S": key},
                    "item": {"S": f"{prefix}{call_ended.trigger}#{call_ended.by_uid}#{call_ended.callee_uid}"},
                    "trigger": {"S": call_ended.trigger},
                    "by_uid": {"S": call_ended.by_uid},
                    "callee_uid": {"S": call_ended.callee_uid},
                    "message_id": {"N": str(call_ended.message_id)},
                    "at": {"N": str(call_ended.at_ms)},
                    "session_id": {"S": call_ended.session_id},
                    # Only releases before `session_id` read it.
                    "of_session": {"BOOL": of_session},
                    "expires_at": {"N": str(call_ended.received_at_ms // 1000 + KEEP_S)},
                },
                ConditionExpression=(
                    "attribute_not_exists(#at) OR #at < :at OR (#at = :at AND message_id < :message_id)"
                ),
                ExpressionAttributeNames={"#at": "at"},
                ExpressionAttributeValues={
                    ":at": {"N": str(call_ended.at_ms)},
                    ":message_id": {"N": str(call_ended.message_id)},
                },
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return

    def _read_one(self, key: str) -> list[CallEnd]:
        response = self._client.query(
            TableName=self._table,
            ConsistentRead=True,
            KeyConditionExpression="#call = :call AND #item BETWEEN :from AND :to",
            ExpressionAttributeNames={"#call": "call", "#item": "item"},
            ExpressionAttributeValues={":call": {"S": key}, ":from": {"S": _ENDS_FROM}, ":to": {"S": _ENDS_TO}},
        )
        return [_from_item(item) for item in response["Items"]]


def _from_item(item: dict[str, Any]) -> CallEnd:
    return CallEnd(
        trigger=item["trigger"]["S"],
        by_uid=item["by_uid"]["S"],
        callee_uid=item["callee_uid"]["S"],
        message_id=int(item["message_id"]["N"]),
        at_ms=int(item["at"]["N"]),
        session_id=_session_id(item),
    )


def _session_id(item: dict[str, Any]) -> str:
    """In a session's partition the key says it. Elsewhere items of the former release have none."""
    key: str = item["call"]["S"]
    if key.startswith(_SESSION):
        return key.removeprefix(_SESSION)
    return item["session_id"]["S"] if "session_id" in item else ""
