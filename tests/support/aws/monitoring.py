"""What the template's alarms and its dashboard watch, in one form."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

OURS = "VoipPush/${AWS::StackName}"


@dataclass(frozen=True, slots=True)
class Metric:
    """`dimensions` may hold references, as Fn::Sub writes them: `${PushFunction}`, `${CallsQueue.QueueName}`."""

    namespace: str
    name: str
    dimensions: Mapping[str, str]
    stat: str
    id: str = ""
    """In the expression of an alarm."""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Alarm:
    id: str
    metrics: Sequence[Metric]
    expression: str
    """Empty where the one metric is compared as it is."""
    period_s: int
    properties: Mapping[str, Any] = field(repr=False)

    def value(self, samples: Mapping[str, Sequence[float]]) -> float | None:
        """What it compares with its threshold, of what was measured in one period; None if nothing was.

        `samples` by metric name. Our expressions are Python as they stand, if Python knows IF, SUM and METRICS.
        """
        known = {
            metric.id: statistic(metric.stat, samples[metric.name])
            for metric in self.metrics
            if samples.get(metric.name)
        }
        if not known:
            return None
        if not self.expression:
            return known[""]
        functions = {"IF": lambda truth, yes, no: yes if truth else no, "SUM": sum, "METRICS": lambda: known.values()}
        try:
            return float(eval(self.expression, {"__builtins__": {}}, {**functions, **known}))  # noqa: S307
        except NameError:
            return None  # CloudWatch: no data point where one of the metrics has none

    def is_raised_by(self, samples: Mapping[str, Sequence[float]]) -> bool:
        value, threshold = self.value(samples), float(self.properties["Threshold"])
        if value is None:
            return False  # notBreaching, which a test demands of all
        match self.properties["ComparisonOperator"]:
            case "GreaterThanThreshold":
                return value > threshold
            case "GreaterThanOrEqualToThreshold":
                return value >= threshold
            case other:
                raise AssertionError(f"{self.id} compares by {other}")


@dataclass(frozen=True, slots=True)
class Widget:
    title: str
    x: int
    y: int
    width: int
    height: int
    metrics: Sequence[Metric]
    properties: Mapping[str, Any] = field(repr=False)


def statistic(stat: str, values: Sequence[float]) -> float:
    """As CloudWatch computes it, percentiles by the nearest rank."""
    match stat:
        case "Sum":
            return sum(values)
        case "Average":
            return sum(values) / len(values)
        case "SampleCount":
            return len(values)
        case "Maximum":
            return max(values)
    assert re.fullmatch(r"p\d+(\.\d+)?", stat), f"{stat} is no statistic of CloudWatch"
    rank = round(float(stat[1:]) / 100 * len(values) + 0.5)
    return sorted(values)[min(max(rank, 1), len(values)) - 1]


def alarms(template: Mapping[str, Any]) -> list[Alarm]:
    return [
        _alarm(name, resource["Properties"], template)
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::CloudWatch::Alarm"
    ]


def widgets(template: Mapping[str, Any]) -> list[Widget]:
    """Those that show metrics."""
    return [
        Widget(
            title=widget["properties"]["title"],
            x=widget["x"],
            y=widget["y"],
            width=widget["width"],
            height=widget["height"],
            metrics=list(_metrics_of_widget(widget["properties"])),
            properties=widget["properties"],
        )
        for widget in dashboard_body(template)["widgets"]
        if widget["type"] == "metric"
    ]


def dashboard_body(template: Mapping[str, Any]) -> dict[str, Any]:
    """With parameters at their defaults and references as they stand."""
    [dashboard] = [each for each in template["Resources"].values() if each["Type"] == "AWS::CloudWatch::Dashboard"]
    body: dict[str, Any] = json.loads(text_of(dashboard["Properties"]["DashboardBody"], template))
    return body


def text_of(value: Any, template: Mapping[str, Any]) -> str:
    """A string or a reference, as Fn::Sub would write it; parameters at their defaults."""
    match value:
        case {"Ref": str(name)}:
            text = f"${{{name}}}"
        case {"Fn::GetAtt": [name, attribute]}:
            text = f"${{{name}.{attribute}}}"
        case {"Fn::Sub": str(text)}:
            pass
        case _:
            text = str(value)
    defaults = {name: parameter.get("Default") for name, parameter in template["Parameters"].items()}
    return re.sub(r"\$\{(\w+)\}", lambda match: str(defaults[match[1]]) if defaults.get(match[1]) else match[0], text)


def _alarm(name: str, properties: Mapping[str, Any], template: Mapping[str, Any]) -> Alarm:
    if "MetricName" in properties:
        stat = properties.get("Statistic") or properties["ExtendedStatistic"]
        return Alarm(name, [_metric(properties, stat, "", template)], "", properties["Period"], properties)
    [expression] = [text_of(each["Expression"], template) for each in properties["Metrics"] if "Expression" in each]
    stats = {each["Id"]: each["MetricStat"] for each in properties["Metrics"] if "MetricStat" in each}
    [period_s] = {stat["Period"] for stat in stats.values()}
    metrics = [_metric(stat["Metric"], stat["Stat"], id, template) for id, stat in stats.items()]
    return Alarm(name, metrics, expression, period_s, properties)


def _metric(source: Mapping[str, Any], stat: str, id: str, template: Mapping[str, Any]) -> Metric:
    return Metric(
        namespace=text_of(source["Namespace"], template),
        name=source["MetricName"],
        dimensions={each["Name"]: text_of(each["Value"], template) for each in source["Dimensions"]},
        stat=stat,
        id=id,
    )


def _metrics_of_widget(properties: Mapping[str, Any]) -> Iterator[Metric]:
    """Rows of namespace, name, dimension, value…, options. "." is what stands above, as the console writes it."""
    above: list[str] = []
    for row in properties["metrics"]:
        options = row[-1] if isinstance(row[-1], dict) else {}
        texts = [text for text in row if isinstance(text, str)]
        above = [above[place] if text == "." else text for place, text in enumerate(texts)]
        namespace, name, *dimensions = above
        yield Metric(
            namespace=namespace,
            name=name,
            dimensions=dict(zip(dimensions[::2], dimensions[1::2], strict=True)),
            stat=options.get("stat", properties["stat"]),
            label=options.get("label", name),
        )
