"""The queues: is somebody taking the calls, and was anything set aside?"""

import json
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from ops.doctor.findings import Finding, Note, Ok, Problem, ProblemCode
from ops.stack.deployed import DeployedStack

# Older than this a call has kept a caller waiting for nothing.
_MAX_AGE_S = 10
_LOOKS = 4
_LOOK_EVERY_S = 1.0
_METRIC_WINDOW = timedelta(minutes=5)


def queues(stack: DeployedStack) -> Iterator[Finding]:
    sqs = stack.client("sqs")
    yield _calls(stack, sqs)
    dead = _visible(sqs, stack.queues.dead_letters)
    yield (
        Problem(
            ProblemCode.DEAD_LETTERS, f"{dead} message(s) could not be rung and were set aside", "make dead-letters"
        )
        if dead
        else Ok("the dead-letter queue is empty")
    )
    yield _redrive(stack, sqs)


def attributes(sqs: Any, url: str) -> Mapping[str, str]:
    found: Mapping[str, str] = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return found


def _calls(stack: DeployedStack, sqs: Any) -> Finding:
    """A queue that is read may hold something at every look, and nothing that is old."""
    age_s = _oldest_age_s(stack)
    is_old = age_s is not None and age_s > _MAX_AGE_S
    for _ in range(_LOOKS):
        waiting = _visible(sqs, stack.queues.calls)
        if not waiting:
            if is_old:
                return Note(f"no call is waiting now; in the last 5 minutes one has waited for {age_s:.0f} s")
            return Ok("the calls queue is empty")
        time.sleep(_LOOK_EVERY_S)
    if age_s is not None and not is_old:
        return Note(f"{waiting} call(s) on the queue, a minute ago none older than {age_s:.0f} s: look again soon")
    return Problem(
        ProblemCode.CALLS_WAITING,
        f"{waiting} call(s) are waiting on the calls queue"
        + (f", in the last 5 minutes one for {age_s:.0f} s" if is_old else ""),
        "if the event source is enabled: make smoke shows what push does with a call; its log and its throttles say "
        "why it is slow",
    )


def _visible(sqs: Any, url: str) -> int:
    return int(attributes(sqs, url)["ApproximateNumberOfMessages"])


def _oldest_age_s(stack: DeployedStack) -> float | None:
    """By CloudWatch, which is the only one to know; None where it does not."""
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


def _redrive(stack: DeployedStack, sqs: Any) -> Finding:
    policy = json.loads(attributes(sqs, stack.queues.calls).get("RedrivePolicy") or "{}")
    target = attributes(sqs, stack.queues.dead_letters)["QueueArn"]
    if policy.get("deadLetterTargetArn") == target:
        return Ok("what can't be delivered goes to the dead-letter queue")
    return Problem(
        ProblemCode.NO_REDRIVE,
        "the calls queue does not hand over to the dead-letter queue what can't be delivered",
        "deploy again: somebody has changed the queue's redrive policy",
    )
