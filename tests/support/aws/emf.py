"""Metrics in a function's log, in CloudWatch's embedded metric format, as CloudWatch takes them out of it."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any


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
