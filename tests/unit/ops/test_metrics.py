"""What the functions have counted, in AWS and here."""

import json
from datetime import UTC, datetime
from typing import Any

from ops.stack.deployed import DeployedStack
from ops.stack.metrics import counted
from tests.support.stack.description import DESCRIPTION

NOW_MS = 1_795_590_552_000.0


class Pages:
    def __init__(self, *pages: dict[str, Any]) -> None:
        self._pages = pages
        self.asked: dict[str, Any] = {}

    def get_paginator(self, _: str) -> "Pages":
        return self

    def paginate(self, **asked: Any) -> tuple[dict[str, Any], ...]:
        self.asked = asked
        return self._pages


def stack_of(client: Pages, *, local: bool) -> DeployedStack:
    stack = DeployedStack("app", lambda _: client, DESCRIPTION if local else None)
    vars(stack)["outputs"] = {"WebhookFunctionName": "app-webhook"}
    return stack


def test_in_aws_by_the_minute_over_all_pages() -> None:
    at = datetime.fromtimestamp(NOW_MS / 1000, UTC)
    first = {"MetricDataResults": [{"Id": "m1", "Timestamps": [at], "Values": [2.0]}]}
    second = {"MetricDataResults": [{"Id": "m1", "Timestamps": [at, at], "Values": [0.0, 3.0]}]}
    client = Pages(first, second)

    found = counted(stack_of(client, local=False), "webhook", ["A", "B"], NOW_MS - 60_000, NOW_MS)

    assert (found["A"].since(0), found["B"].since(0), found["B"].since(NOW_MS + 1)) == (0, 5, 0)
    (_, query) = client.asked["MetricDataQueries"]
    assert query["MetricStat"]["Metric"] == {
        "Namespace": "VoipPush/app",
        "MetricName": "B",
        "Dimensions": [{"Name": "service", "Value": "webhook"}],
    }


def test_here_from_the_lines_that_cloudwatch_would_read() -> None:
    metrics = [{"Name": "A"}, {"Name": "Other"}]
    line = {"_aws": {"Timestamp": NOW_MS, "CloudWatchMetrics": [{"Metrics": metrics}]}, "A": [1, 1], "Other": 7}
    client = Pages({"events": [{"message": json.dumps(line)}, {"message": "START"}, {"message": json.dumps(line)}]})

    found = counted(stack_of(client, local=True), "webhook", ["A", "B"], NOW_MS - 1, NOW_MS)

    assert (found["A"].since(0), found["B"].since(0)) == (4, 0)
    assert found["A"].first_since(0) == NOW_MS
    assert client.asked["logGroupName"] == "/aws/lambda/app-webhook"
