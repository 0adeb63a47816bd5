"""Faults at CometChat, as its webhooks show them, and alarms."""

import time
from collections.abc import Iterator

from ops.calls import end_webhooks, webhooks
from ops.doctor.findings import ProblemCode as C
from ops.stack.secrets import new_webhook_credentials, read_webhook_credentials
from tests.support.drill.fault import World, fault


@fault("CometChat has other credentials", C.COMETCHAT_REFUSED, "4 webhooks with wrong credentials")
def _wrong_credentials(world: World) -> Iterator[None]:
    _forget_metrics(world)
    for _ in range(4):
        call = webhooks.new_call("alice", "bob", "audio")
        webhooks.post(world.stack, webhooks.webhook("documented", call, new_webhook_credentials(with_hmac=True)))
    yield
    _forget_metrics(world)


@fault("call_initiated is not ticked at CometChat", C.NO_CALLS_FROM_COMETCHAT, "although 5 ends of calls did")
def _no_call_initiated(world: World) -> Iterator[None]:
    _forget_metrics(world)
    credentials = read_webhook_credentials(world.stack)
    for _ in range(5):
        call = webhooks.new_call("alice", "bob", "audio")
        webhooks.post(world.stack, end_webhooks.ended(call, int(time.time() * 1000), credentials))
    try:
        yield
    finally:
        _forget_metrics(world)


@fault("an alarm is raised", C.ALARM, "DeadLettersAlarm: ", "docs/runbooks/alarms.md#deadlettersalarm")
def _alarm(world: World) -> Iterator[None]:
    cloudwatch, name = world.stack.client("cloudwatch"), world.stack.resources["DeadLettersAlarm"]
    cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="a drill")
    try:
        yield
    finally:
        cloudwatch.set_alarm_state(AlarmName=name, StateValue="OK", StateReason="the drill is over")


def _forget_metrics(world: World) -> None:
    """On this machine metrics are read from the logs that CloudWatch would take them from."""
    logs, group = world.stack.client("logs"), world.stack.log_groups.webhook
    pages = list(logs.get_paginator("describe_log_streams").paginate(logGroupName=group))
    for stream in (stream for page in pages for stream in page["logStreams"]):
        logs.delete_log_stream(logGroupName=group, logStreamName=stream["logStreamName"])
