"""What a call to AWS needs permission for, and whether a statement of a role gives it.

Only as much of IAM as template.yaml uses; anything else raises, so that nothing is let through unread.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from tests.support.aws.calls import AwsCall

# IAM has no actions of their own for SQS' batches.
_ACTION_OF = {
    "SendMessageBatch": "SendMessage",
    "ChangeMessageVisibilityBatch": "ChangeMessageVisibility",
    "DeleteMessageBatch": "DeleteMessage",
}
_PARTS_OF_TRANSACTIONS = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}


@dataclass(frozen=True, slots=True)
class Access:
    """One action on one resource, and what IAM's conditions can ask about it."""

    action: str
    resource: str
    """Logical id."""
    context: Mapping[str, Sequence[str]]


def accesses(call: AwsCall, logical_ids: Mapping[str, str], partition_keys: Mapping[str, str]) -> list[Access]:
    """`logical_ids` are by physical id, `partition_keys` by the table's logical id."""
    match call.service:
        case "dynamodb":
            return list(_of_dynamodb(call, logical_ids, partition_keys))
        case "sqs":
            queue = logical_ids[call.parameters["QueueUrl"]]
            return [Access(f"sqs:{_ACTION_OF.get(call.operation, call.operation)}", queue, {})]
        case "secretsmanager":
            stage = {"secretsmanager:VersionStage": [call.parameters["VersionStage"]]}
            return [Access(f"secretsmanager:{call.operation}", logical_ids[call.parameters["SecretId"]], stage)]
    raise NotImplementedError(f"{call.service}:{call.operation}")


def _of_dynamodb(call: AwsCall, logical_ids: Mapping[str, str], partition_keys: Mapping[str, str]) -> Iterator[Access]:
    if call.operation == "TransactWriteItems":
        for item in call.parameters["TransactItems"]:
            [(part, parameters)] = item.items()
            yield _of_item(_PARTS_OF_TRANSACTIONS[part], parameters, logical_ids, partition_keys, call.operation)
    else:
        yield _of_item(call.operation, call.parameters, logical_ids, partition_keys, "")


def _of_item(
    operation: str,
    parameters: Mapping[str, Any],
    logical_ids: Mapping[str, str],
    partition_keys: Mapping[str, str],
    enclosed_in: str,
) -> Access:
    table = logical_ids[parameters["TableName"]]
    context = {"dynamodb:LeadingKeys": [_leading_key(parameters, partition_keys[table])]}
    if enclosed_in:
        context["dynamodb:EnclosingOperation"] = [enclosed_in]
    return Access(f"dynamodb:{operation}", table, context)


def _leading_key(parameters: Mapping[str, Any], partition_key: str) -> str:
    if item := parameters.get("Key") or parameters.get("Item"):
        key: str = item[partition_key]["S"]
        return key
    names = {f"#{partition_key}", partition_key}
    equals = re.findall(r"(#?\w+) = (:\w+)", parameters["KeyConditionExpression"])
    [value] = [value for name, value in equals if name in names]
    leading: str = parameters["ExpressionAttributeValues"][value]["S"]
    return leading


def allows(statement: Mapping[str, Any], access: Access) -> bool:
    assert statement["Effect"] == "Allow"
    return (
        access.action in as_list(statement["Action"])
        and any(resource_of(resource) == access.resource for resource in as_list(statement["Resource"]))
        and all(
            _holds(operator, access.context.get(key, ()), as_list(expected))
            for operator, keys in statement.get("Condition", {}).items()
            for key, expected in keys.items()
        )
    )


def resource_of(reference: Any) -> str:
    """The logical id that an ARN is of; `*` is `*`."""
    if isinstance(reference, str):
        return reference
    [(_, value)] = reference.items()
    return str(as_list(value)[0])


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


_COMPARE: dict[str, Callable[[str, str], bool]] = {
    "StringEquals": lambda value, expected: value == expected,
    "StringLike": fnmatchcase,
}


def _holds(operator: str, values: Sequence[str], expected: Sequence[str]) -> bool:
    match operator.split(":"):
        case ["ForAllValues", "StringNotLike"]:
            return not any(fnmatchcase(value, pattern) for value in values for pattern in expected)
        case ["ForAllValues", comparison]:
            return all(any(_COMPARE[comparison](value, each) for each in expected) for value in values)
        case ["ForAnyValue", comparison]:
            return any(_COMPARE[comparison](value, each) for value in values for each in expected)
        case [comparison]:
            return bool(values) and all(any(_COMPARE[comparison](value, each) for each in expected) for value in values)
    raise NotImplementedError(operator)
