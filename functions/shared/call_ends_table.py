"""The part of the calls table that holds how calls ended.

Each end is an item in the partition of the call's name. webhook and push write them, push reads them before it rings.
"""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from shared.call_ends import CallEnd
from shared.call_events import CallEnded
from shared.call_keys import fact_key

KEEP_S = 2 * 86_400
READERS = 16
# Stored in running deployments, hence the old word.
_END_PREFIX = "over#"


class DynamoCallEnds:
    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table
        self._readers = ThreadPoolExecutor(READERS)

    def read(self, keys: list[str]) -> list[CallEnd]:
        """What is known of calls of these names, read consistently: what was written before is seen."""
        # Side by side: most calls have two names, and on the way to a ringing phone one round trip is enough.
        return [end for ends in self._readers.map(self._read_one, keys) for end in ends]

    def add(self, call_ended: CallEnded) -> None:
        """The latest of its kind is kept, which matters only where facts are kept by conversation and caller."""
        key = fact_key(call_ended)
        try:
            self._client.put_item(
                TableName=self._table,
                Item={
                    "call": {"S": key},
                    "item": {"S": f"{_END_PREFIX}{call_ended.trigger}#{call_ended.by_uid}#{call_ended.callee_uid}"},
                    "trigger": {"S": call_ended.trigger},
                    "by_uid": {"S": call_ended.by_uid},
                    "callee_uid": {"S": call_ended.callee_uid},
                    "message_id": {"N": str(call_ended.message_id)},
                    "at": {"N": str(call_ended.at_ms)},
                    "of_session": {"BOOL": bool(call_ended.session_id)},
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
            KeyConditionExpression="#call = :call AND begins_with(#item, :prefix)",
            ExpressionAttributeNames={"#call": "call", "#item": "item"},
            ExpressionAttributeValues={":call": {"S": key}, ":prefix": {"S": _END_PREFIX}},
        )
        return [
            CallEnd(
                trigger=item["trigger"]["S"],
                by_uid=item["by_uid"]["S"],
                callee_uid=item["callee_uid"]["S"],
                message_id=int(item["message_id"]["N"]),
                at_ms=int(item["at"]["N"]),
                of_session=item["of_session"]["BOOL"],
            )
            for item in response["Items"]
        ]
