"""Faults of tables and queues."""

import json
from collections.abc import Iterator
from typing import Any

from ops.commands.dead_letters import DeadLetters, dead_letters
from ops.doctor.findings import ProblemCode as C
from tests.support.drill.fault import World, fault


@fault("the devices table was deleted", C.TABLE_GONE, "the devices table does not exist")
def _no_devices_table(world: World) -> Iterator[None]:
    yield from _without_table(world, world.stack.tables.devices)


@fault("the calls table was deleted", C.TABLE_GONE, "the calls table does not exist")
def _no_calls_table(world: World) -> Iterator[None]:
    yield from _without_table(world, world.stack.tables.calls)


@fault("time to live of a table was switched off", C.VALUE_CHANGED, "time to live is DISABLED")
def _no_time_to_live(world: World) -> Iterator[None]:
    _set_time_to_live(world, enabled=False)
    try:
        yield
    finally:
        _set_time_to_live(world, enabled=True)


@fault("backups of a table were switched off", C.VALUE_CHANGED, "point-in-time recovery is DISABLED")
def _no_backups(world: World) -> Iterator[None]:
    _set_recovery(world, world.stack.tables.devices, enabled=False)
    try:
        yield
    finally:
        _set_recovery(world, world.stack.tables.devices, enabled=True)


@fault("a message is in the dead-letter queue", C.DEAD_LETTERS, "1 message(s) could not be rung")
def _dead_letter(world: World) -> Iterator[None]:
    world.stack.client("sqs").send_message(QueueUrl=world.stack.queues.dead_letters, MessageBody="{}")
    try:
        yield
    finally:
        purge_dead_letters(world)


def purge_dead_letters(world: World) -> None:
    queues = world.stack.queues
    dead_letters(DeadLetters(world.stack.client("sqs"), queues.dead_letters, queues.calls), again=(), purge=["all"])


@fault("the redrive policy leads to another queue", C.NO_REDRIVE, "does not move undeliverable messages")
def _redrive_elsewhere(world: World) -> Iterator[None]:
    sqs = world.stack.client("sqs")
    other = sqs.create_queue(QueueName="not-the-dead-letters")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=other, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    yield from _with_redrive(world, deadLetterTargetArn=arn)
    sqs.delete_queue(QueueUrl=other)


@fault("maxReceiveCount was lowered", C.VALUE_CHANGED, "maxReceiveCount is 1, template.yaml has 12")
def _low_receive_count(world: World) -> Iterator[None]:
    yield from _with_redrive(world, maxReceiveCount=1)


@fault("the visibility timeout was changed", C.VALUE_CHANGED, "VisibilityTimeout is '300', template.yaml has 36")
def _visibility(world: World) -> Iterator[None]:
    yield from _with_attribute(world, "VisibilityTimeout", "300")


@fault("messages are delayed", C.VALUE_CHANGED, "DelaySeconds is '60', template.yaml has 0")
def _delay(world: World) -> Iterator[None]:
    yield from _with_attribute(world, "DelaySeconds", "60")


@fault("messages are kept for a minute", C.VALUE_CHANGED, "MessageRetentionPeriod is '60', template.yaml has 86400")
def _retention(world: World) -> Iterator[None]:
    yield from _with_attribute(world, "MessageRetentionPeriod", "60")


@fault("the queue's policy lost its condition", C.QUEUE_POLICY, "webhook may not sqs:SendMessage on the calls queue")
def _policy_without_condition(world: World) -> Iterator[None]:
    policy = json.loads(_attribute(world, "Policy"))
    del policy["Statement"][0]["Condition"]
    yield from _with_attribute(world, "Policy", json.dumps(policy))


@fault("the queue's policy denies push", C.QUEUE_POLICY, "push may not sqs:ReceiveMessage on the calls queue")
def _policy_denies_push(world: World) -> Iterator[None]:
    policy = json.loads(_attribute(world, "Policy"))
    role = world.stack.client("iam").get_role(RoleName=world.stack.resources["PushRole"])["Role"]["Arn"]
    policy["Statement"].append(
        {"Effect": "Deny", "Principal": {"AWS": role}, "Action": "sqs:Receive*", "Resource": "*"}
    )
    yield from _with_attribute(world, "Policy", json.dumps(policy))


def _with_redrive(world: World, **changes: Any) -> Iterator[None]:
    before = json.loads(_attribute(world, "RedrivePolicy"))
    yield from _with_attribute(world, "RedrivePolicy", json.dumps({**before, **changes}))


def _with_attribute(world: World, name: str, value: str) -> Iterator[None]:
    sqs, url, before = world.stack.client("sqs"), world.stack.queues.calls, _attribute(world, name)
    sqs.set_queue_attributes(QueueUrl=url, Attributes={name: value})
    try:
        yield
    finally:
        sqs.set_queue_attributes(QueueUrl=url, Attributes={name: before})


def _attribute(world: World, name: str) -> str:
    found = world.stack.client("sqs").get_queue_attributes(QueueUrl=world.stack.queues.calls, AttributeNames=["All"])
    value: str = found["Attributes"][name]
    return value


def _without_table(world: World, table: str) -> Iterator[None]:
    client = world.stack.client("dynamodb")
    before = client.describe_table(TableName=table)["Table"]
    items = [item for page in client.get_paginator("scan").paginate(TableName=table) for item in page["Items"]]
    client.delete_table(TableName=table)
    try:
        yield
    finally:
        names = ("TableName", "AttributeDefinitions", "KeySchema")
        client.create_table(**{name: before[name] for name in names}, BillingMode="PAY_PER_REQUEST")
        for item in items:
            client.put_item(TableName=table, Item=item)
        _set_recovery(world, table, enabled=True)
        client.update_time_to_live(
            TableName=table, TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires_at"}
        )


def _set_time_to_live(world: World, *, enabled: bool) -> None:
    specification = {"Enabled": enabled, "AttributeName": "expires_at"}
    world.stack.client("dynamodb").update_time_to_live(
        TableName=world.stack.tables.calls, TimeToLiveSpecification=specification
    )


def _set_recovery(world: World, table: str, *, enabled: bool) -> None:
    specification = {"PointInTimeRecoveryEnabled": enabled}
    world.stack.client("dynamodb").update_continuous_backups(
        TableName=table, PointInTimeRecoverySpecification=specification
    )
