"""What the functions have counted: from CloudWatch, or on this machine from the logs it would be taken from."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import inf
from typing import Any

from ops.stack.deployed import DeployedStack

_MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True)
class Counted:
    """By the minute in AWS, by the moment here."""

    points: Sequence[tuple[float, float]]
    """Time in ms and number, in the order of time, without zeros."""

    def since(self, start_ms: float) -> int:
        return int(sum(number for at_ms, number in self.points if at_ms >= start_ms))

    def first_since(self, start_ms: float) -> float:
        """When it was counted first since then; infinite if it was not."""
        return min((at_ms for at_ms, _ in self.points if at_ms >= start_ms), default=inf)


def counted(
    stack: DeployedStack, service: str, names: Sequence[str], since_ms: float, now_ms: float
) -> dict[str, Counted]:
    """Of one function since then; its metrics by name."""
    read = _from_logs if stack.is_local else _from_cloudwatch
    return {name: Counted(points) for name, points in read(stack, service, names, since_ms, now_ms).items()}


def _from_cloudwatch(
    stack: DeployedStack, service: str, names: Sequence[str], since_ms: float, now_ms: float
) -> Mapping[str, list[tuple[float, float]]]:
    queries = [
        {
            "Id": f"m{index}",
            "MetricStat": {
                "Metric": {
                    "Namespace": f"VoipPush/{stack.name}",
                    "MetricName": name,
                    "Dimensions": [{"Name": "service", "Value": service}],
                },
                "Period": 60,
                "Stat": "Sum",
            },
        }
        for index, name in enumerate(names)
    ]
    # Up to the next minute: a period that has not ended is shown as well.
    pages = (
        stack.client("cloudwatch")
        .get_paginator("get_metric_data")
        .paginate(
            MetricDataQueries=queries,
            StartTime=datetime.fromtimestamp(since_ms / 1000, UTC),
            EndTime=datetime.fromtimestamp((now_ms + _MINUTE_MS) / 1000, UTC),
            ScanBy="TimestampAscending",
        )
    )
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in names}
    for page in pages:
        for result in page["MetricDataResults"]:
            found[names[int(result["Id"][1:])]] += [
                (at.timestamp() * 1000, number)
                for at, number in zip(result["Timestamps"], result["Values"], strict=True)
                if number
            ]
    return found


def _from_logs(
    stack: DeployedStack, service: str, names: Sequence[str], since_ms: float, _: float
) -> Mapping[str, list[tuple[float, float]]]:
    """The embedded metric format: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring (November 2026)."""
    pages = (
        stack.client("logs")
        .get_paginator("filter_log_events")
        .paginate(logGroupName=f"/aws/lambda/{stack.function(service)}", startTime=int(since_ms))
    )
    found: dict[str, list[tuple[float, float]]] = defaultdict(list, {name: [] for name in names})
    for page in pages:
        for event in page["events"]:
            for name, at_ms, number in _embedded(event["message"]):
                if name in names and number:
                    found[name].append((at_ms, number))
    return {name: sorted(points) for name, points in found.items()}


def _embedded(line: str) -> Iterator[tuple[str, float, float]]:
    if '"_aws"' not in line:
        return
    fields: dict[str, Any] = json.loads(line)
    for directive in fields["_aws"]["CloudWatchMetrics"]:
        for metric in directive["Metrics"]:
            values = fields[metric["Name"]]
            for value in values if isinstance(values, list) else [values]:
                yield metric["Name"], fields["_aws"]["Timestamp"], value
