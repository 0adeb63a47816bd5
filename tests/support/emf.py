"""Metrics in a function's log, in CloudWatch's embedded metric format, as CloudWatch takes them out of it."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from local import aws
from local.contract import Contract


@dataclass(frozen=True, slots=True)
class Sample:
    namespace: str
    name: str
    dimensions: Mapping[str, str]
    value: float
    at_ms: int


def samples(lines: Iterable[str]) -> Iterator[Sample]:
    """Every value of every metric; lines that are something else are passed over."""
    for line in lines:
        try:
            fields = json.loads(line)
        except ValueError:
            continue
        if not isinstance(fields, dict) or "_aws" not in fields:
            continue
        for directive in fields["_aws"]["CloudWatchMetrics"]:
            yield from _of_directive(directive, fields)


def _of_directive(directive: Mapping[str, Any], fields: Mapping[str, Any]) -> Iterator[Sample]:
    for names in directive["Dimensions"]:
        dimensions = {name: str(fields[name]) for name in names}
        for metric in directive["Metrics"]:
            values = fields[metric["Name"]]
            for value in values if isinstance(values, list) else [values]:
                yield Sample(
                    directive["Namespace"], metric["Name"], dimensions, float(value), fields["_aws"]["Timestamp"]
                )


def log_lines(contract: Contract, group: str) -> Iterator[str]:
    """Stream by stream, since the emulator ends a filtered reading after 10,000 events without a word."""
    client: Any = aws.client("logs", contract.aws_endpoint_url)
    for page in client.get_paginator("describe_log_streams").paginate(logGroupName=group):
        for stream in page["logStreams"]:
            events = client.get_log_events(
                logGroupName=group, logStreamName=stream["logStreamName"], startFromHead=True
            )["events"]
            yield from (event["message"] for event in events)
