"""Faults of functions, roles and the event source."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from ops.doctor.findings import ProblemCode as C
from ops.stack.deployed import ALIAS
from tests.support.drill.fault import World, fault


@fault("function push is gone", C.FUNCTION_GONE, "function push is gone")
def _no_push(world: World) -> Iterator[None]:
    yield from _without_alias(world, "push")


@fault("function webhook is gone", C.FUNCTION_GONE, "function webhook is gone")
def _no_webhook(world: World) -> Iterator[None]:
    yield from _without_alias(world, "webhook")


@fault("function calls is gone", C.FUNCTION_GONE, "function calls is gone")
def _no_calls(world: World) -> Iterator[None]:
    yield from _without_alias(world, "calls")


@fault("function authorizer is gone", C.FUNCTION_GONE, "function authorizer is gone")
def _no_authorizer(world: World) -> Iterator[None]:
    yield from _without_alias(world, "authorizer")


def _without_alias(world: World, name: str) -> Iterator[None]:
    """What runs of a function is its alias; a deleted function could not be brought back to this stack."""
    client, function = world.stack.client("lambda"), world.stack.function(name)
    version = client.get_alias(FunctionName=function, Name=ALIAS)["FunctionVersion"]
    client.delete_alias(FunctionName=function, Name=ALIAS)
    try:
        yield
    finally:
        client.create_alias(FunctionName=function, Name=ALIAS, FunctionVersion=version)


@fault("push's reserved concurrency is 0", C.CONCURRENCY_TAKEN, "push may not run at all")
def _no_concurrency(world: World) -> Iterator[None]:
    client, function = world.stack.client("lambda"), world.stack.function("push")
    client.put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=0)
    try:
        yield
    finally:
        client.delete_function_concurrency(FunctionName=function)


@fault("push's timeout was changed", C.VALUE_CHANGED, "push: timeout (s) is 3, template.yaml has 6")
def _timeout(world: World) -> Iterator[None]:
    yield from _published(world, "push", Timeout=3)


@fault("the log level was changed", C.VALUE_CHANGED, "POWERTOOLS_LOG_LEVEL is 'CRITICAL', template.yaml has 'INFO'")
def _log_level(world: World) -> Iterator[None]:
    yield from _published(
        world, "tokens", Environment=_with_variable(world, "tokens", "POWERTOOLS_LOG_LEVEL", "CRITICAL")
    )


@fault("an environment variable was changed", C.VALUE_CHANGED, "RING_SECONDS is '20', template.yaml has")
def _ring_seconds(world: World) -> Iterator[None]:
    yield from _published(world, "push", Environment=_with_variable(world, "push", "RING_SECONDS", "20"))


@fault("the bundle id is missing", C.VALUE_CHANGED, "push: BUNDLE_ID is nothing")
def _no_bundle_id(world: World) -> Iterator[None]:
    yield from _published(world, "push", Environment=_with_variable(world, "push", "BUNDLE_ID", ""))


@fault("the JWKS moved", C.VALUE_CHANGED, "authorizer: TOKEN_JWKS_URL is")
def _jwks_moved(world: World) -> Iterator[None]:
    variables = _with_variable(world, "authorizer", "TOKEN_JWKS_URL", "http://127.0.0.1:9/jwks.json")
    yield from _published(world, "authorizer", Environment=variables)


@fault("a change was deployed and is not live", C.FUNCTION_NOT_LIVE, "is not what was deployed last")
def _not_live(world: World) -> Iterator[None]:
    client, function = world.stack.client("lambda"), world.stack.function("authorizer")
    before = client.get_function_configuration(FunctionName=function)["Environment"]
    client.update_function_configuration(
        FunctionName=function, Environment=_with_variable(world, "authorizer", "TOKEN_ISSUER", "")
    )
    try:
        yield
    finally:
        client.update_function_configuration(FunctionName=function, Environment=before)


def _with_variable(world: World, name: str, variable: str, value: str) -> dict[str, Any]:
    function = world.stack.function(name)
    before = world.stack.client("lambda").get_function_configuration(FunctionName=function)["Environment"]["Variables"]
    return {"Variables": {**before, variable: value}}


def _published(world: World, name: str, **changes: Any) -> Iterator[None]:
    """The change is live, as after the console's "Deploy" and "Publish"."""
    client, function = world.stack.client("lambda"), world.stack.function(name)
    before = client.get_function_configuration(FunctionName=function)
    version = client.get_alias(FunctionName=function, Name=ALIAS)["FunctionVersion"]
    client.update_function_configuration(FunctionName=function, **changes)
    changed = client.publish_version(FunctionName=function)["Version"]
    client.update_alias(FunctionName=function, Name=ALIAS, FunctionVersion=changed)
    try:
        yield
    finally:
        client.update_alias(FunctionName=function, Name=ALIAS, FunctionVersion=version)
        client.update_function_configuration(FunctionName=function, **{key: before[key] for key in changes})


@fault("the event source is disabled", C.EVENT_SOURCE_DISABLED, "the event source of push is Disab")
def _disabled(world: World) -> Iterator[None]:
    yield from _event_source(world, {"Enabled": False}, {"Enabled": True})


@fault("a filter deletes messages", C.EVENT_SOURCE_WRONG, "a filter deletes every message that does not match")
def _filter(world: World) -> Iterator[None]:
    filters = {"Filters": [{"Pattern": json.dumps({"body": {"kind": ["nothing"]}})}]}
    yield from _event_source(world, {"FilterCriteria": filters}, {"FilterCriteria": {"Filters": []}})


@fault("push waits for batches to fill", C.VALUE_CHANGED, "batching window (s) is 30, template.yaml has 0")
def _batching_window(world: World) -> Iterator[None]:
    yield from _event_source(world, {"MaximumBatchingWindowInSeconds": 30}, {"MaximumBatchingWindowInSeconds": 0})


@fault("the event source reports no failed items", C.EVENT_SOURCE_WRONG, "does not report failed items")
def _no_partial_failures(world: World) -> Iterator[None]:
    yield from _event_source(
        world, {"FunctionResponseTypes": []}, {"FunctionResponseTypes": ["ReportBatchItemFailures"]}
    )


def _event_source(world: World, changes: dict[str, Any], restored: dict[str, Any]) -> Iterator[None]:
    client, uuid = world.stack.client("lambda"), world.stack.resources["PushFunctionCalls"]
    client.update_event_source_mapping(UUID=uuid, **changes)
    try:
        yield
    finally:
        client.update_event_source_mapping(UUID=uuid, **restored)


@fault(
    "push may not read the devices table", C.ROLE_CHANGED, "QueryDevices: the statement that allows dynamodb:Query is"
)
def _push_may_not_query(world: World) -> Iterator[None]:
    yield from _role(world, "Push", lambda statements: _without(statements, "QueryDevices"))


@fault("push may not read its key", C.ROLE_CHANGED, "ReadApnsKey: Action is")
def _push_may_not_read_its_key(world: World) -> Iterator[None]:
    def change(statements: list[dict[str, Any]]) -> list[dict[str, Any]]:
        action = {"Action": "secretsmanager:DescribeSecret"}
        return [{**each, **action} if each["Sid"] == "ReadApnsKey" else each for each in statements]

    yield from _role(world, "Push", change)


@fault("a statement denies push the calls table", C.ROLE_CHANGED, "a statement that denies dynamodb:* was added")
def _push_is_denied(world: World) -> Iterator[None]:
    denial = {"Effect": "Deny", "Action": "dynamodb:*", "Resource": "*"}
    yield from _role(world, "Push", lambda statements: [*statements, denial])


@fault("webhook may not queue calls", C.ROLE_CHANGED, "QueueCalls: the statement that allows sqs:SendMessage is")
def _webhook_may_not_queue(world: World) -> Iterator[None]:
    yield from _role(world, "Webhook", lambda statements: _without(statements, "QueueCalls"))


@fault("tokens may not write devices", C.ROLE_CHANGED, "RegisterAndRemoveDevices: the statement that allows")
def _tokens_may_not_write(world: World) -> Iterator[None]:
    yield from _role(world, "Tokens", lambda statements: _without(statements, "RegisterAndRemoveDevices"))


def _without(statements: list[dict[str, Any]], sid: str) -> list[dict[str, Any]]:
    return [each for each in statements if each["Sid"] != sid]


def _role(world: World, name: str, change: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]) -> Iterator[None]:
    iam, of = world.stack.client("iam"), {"RoleName": world.stack.resources[f"{name}Role"], "PolicyName": name.lower()}
    before = iam.get_role_policy(**of)["PolicyDocument"]
    document = json.loads(before) if isinstance(before, str) else before
    changed = {**document, "Statement": change(document["Statement"])}
    iam.put_role_policy(**of, PolicyDocument=json.dumps(changed))
    try:
        yield
    finally:
        iam.put_role_policy(**of, PolicyDocument=json.dumps(document))
