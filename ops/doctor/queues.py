"""The queues: are they there and as deployed, is somebody taking the calls, was anything dead-lettered?"""

import json
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from ops.doctor.changed_values import Changed, compared
from ops.doctor.findings import Finding, Note, Ok, Problem, ProblemCode
from ops.stack.deployed import DeployedStack
from ops.stack.template import DeployedTemplate

# An older call has kept a caller waiting for nothing.
_MAX_AGE_S = 10
_LOOKS = 4
_LOOK_EVERY_S = 1.0
_METRIC_WINDOW = timedelta(minutes=5)
_DEFAULTS = {"VisibilityTimeout": 30, "MessageRetentionPeriod": 345_600, "DelaySeconds": 0}


def queues(stack: DeployedStack) -> Iterator[Finding]:
    sqs = stack.client("sqs")
    urls = {"CallsQueue": stack.queues.calls, "DeadLetterQueue": stack.queues.dead_letters}
    found: dict[str, Mapping[str, str]] = {}
    for logical_id, url in urls.items():
        try:
            found[logical_id] = attributes(sqs, url)
        except sqs.exceptions.QueueDoesNotExist:
            yield _gone(url)
    if len(found) < len(urls):
        return
    template = DeployedTemplate(stack)
    for logical_id, values in found.items():
        yield from _changed(template, logical_id, values)
    yield _redrive(found)
    yield _dead_letters(int(found["DeadLetterQueue"]["ApproximateNumberOfMessages"]))
    yield _calls(stack, sqs, int(found["CallsQueue"]["ApproximateNumberOfMessages"]))


def attributes(sqs: Any, url: str) -> Mapping[str, str]:
    found: Mapping[str, str] = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return found


def _gone(url: str) -> Problem:
    name = url.rpartition("/")[2]
    return Problem(
        ProblemCode.QUEUE_GONE,
        f"the queue {name} does not exist: no call gets in or out",
        f"aws sqs create-queue --queue-name {name} brings it back at once; the attributes are in template.yaml. "
        "Then make doctor names what still differs",
        about=name,
    )


def _changed(template: DeployedTemplate, logical_id: str, found: Mapping[str, str]) -> Iterator[Finding]:
    expected = template.properties(logical_id)
    name = "the calls queue" if logical_id == "CallsQueue" else "the dead-letter queue"
    values = [Changed(key, expected.get(key, default), found.get(key)) for key, default in _DEFAULTS.items()]
    if redrive := expected.get("RedrivePolicy"):
        deployed = json.loads(found.get("RedrivePolicy") or "{}")
        if deployed:
            values.append(Changed("maxReceiveCount", redrive["maxReceiveCount"], deployed.get("maxReceiveCount")))
    yield from compared(name, values)


def _redrive(found: Mapping[str, Mapping[str, str]]) -> Finding:
    policy = json.loads(found["CallsQueue"].get("RedrivePolicy") or "{}")
    target = found["DeadLetterQueue"]["QueueArn"]
    if policy.get("deadLetterTargetArn") == target:
        return Ok("what can't be delivered goes to the dead-letter queue")
    return Problem(
        ProblemCode.NO_REDRIVE,
        "the calls queue does not move undeliverable messages to the dead-letter queue: they are lost after a day",
        f"SQS console, the calls queue, Dead-letter queue: {target}, 12 receives",
    )


def _dead_letters(number: int) -> Finding:
    if not number:
        return Ok("the dead-letter queue is empty")
    return Problem(
        ProblemCode.DEAD_LETTERS,
        f"{number} message(s) could not be rung and are in the dead-letter queue",
        "make dead-letters shows each with its reason",
    )


def _calls(stack: DeployedStack, sqs: Any, waiting: int) -> Finding:
    """A queue in use may hold something at every look, but nothing old."""
    age_s = _oldest_age_s(stack)
    is_old = age_s is not None and age_s > _MAX_AGE_S
    for _ in range(_LOOKS - 1):
        if not waiting:
            if is_old:
                return Note(f"no call is waiting now; in the last 5 minutes one has waited for {age_s:.0f} s")
            return Ok("the calls queue is empty")
        time.sleep(_LOOK_EVERY_S)
        waiting = int(attributes(sqs, stack.queues.calls)["ApproximateNumberOfMessages"])
    if age_s is not None and not is_old:
        return Note(f"{waiting} call(s) on the queue, a minute ago none older than {age_s:.0f} s: look again soon")
    return Problem(
        ProblemCode.CALLS_WAITING,
        f"{waiting} call(s) are waiting on the calls queue"
        + (f", in the last 5 minutes one for {age_s:.0f} s" if is_old else ""),
        "make logs ERRORS=1 shows what push fails on; its throttles are in ThrottlesAlarm",
    )


def _oldest_age_s(stack: DeployedStack) -> float | None:
    """By CloudWatch, the only one to know; None where it does not."""
    now = datetime.now(UTC)
    points = stack.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/SQS",
        MetricName="ApproximateAgeOfOldestMessage",
        Dimensions=[{"Name": "QueueName", "Value": stack.queues.calls.rpartition("/")[2]}],
        StartTime=now - _METRIC_WINDOW,
        EndTime=now,
        Period=60,
        Statistics=["Maximum"],
    )["Datapoints"]
    return max((float(point["Maximum"]) for point in points), default=None)
