"""Alarms, dashboard and queries: what they watch exists, or they would be silent for ever."""

import ast
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.aws.metrics import DOCUMENTED, NAMED_BY, OPERATIONS
from tests.support.aws.monitoring import OURS, Metric, alarms, dashboard_body, text_of, widgets
from tests.support.aws.template import load_template, translated_template
from tests.support.aws.translated_template import Stack
from tests.support.docs.code import messages_of
from tests.support.docs.markdown import Page

FUNCTIONS = Path(__file__).parents[3] / "functions"
TEMPLATE = translated_template()
ALARMS = alarms(TEMPLATE)
WIDGETS = widgets(TEMPLATE)
QUERIES = {
    name: resource["Properties"]
    for name, resource in TEMPLATE["Resources"].items()
    if resource["Type"] == "AWS::Logs::QueryDefinition"
}
# Alarms that are raised while calls may well be ringing: for the morning, not for the night.
NOT_PAGING = {
    "AuthorizerAlarm",
    "BadDeviceTokensAlarm",
    "RefusedPhonesAlarm",
    "RejectedCredentialsAlarm",
    "RingLatencyAlarm",
    "ThrottlesAlarm",
    "WebhookLatencyAlarm",
}


def nodes(package: str) -> Iterator[ast.AST]:
    for file in (FUNCTIONS / package).rglob("*.py"):
        yield from ast.walk(ast.parse(file.read_text()))


def literals(package: str) -> set[str]:
    """All strings in a package of functions/."""
    return {node.value for node in nodes(package) if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def watched() -> list[Any]:
    return [
        *(pytest.param(metric, id=f"{alarm.id}-{metric.name}") for alarm in ALARMS for metric in alarm.metrics),
        *(pytest.param(metric, id=f"{each.title}-{metric.name}") for each in WIDGETS for metric in each.metrics),
    ]


@pytest.mark.parametrize("metric", watched())
def test_a_watched_metric_exists(stack: Stack, metric: Metric) -> None:
    if metric.namespace.startswith("AWS/"):
        assert frozenset(metric.dimensions) in DOCUMENTED[metric.namespace][metric.name]
        for dimension, value in metric.dimensions.items():
            if dimension in NAMED_BY:
                kind, attribute = NAMED_BY[dimension]
                assert value in {f"${{{name}{attribute}}}" for name in stack.of_type(kind)}
    else:
        assert metric.namespace == OURS
        assert metric.dimensions.keys() == {"service"}
        assert metric.name in literals(metric.dimensions["service"])


def test_a_watched_metric_of_ours_is_explained() -> None:
    rows = Page.read(FUNCTIONS.parent / "docs" / "logs-and-metrics.md").tables["Metrics"]
    explained = {(service, metric) for service, metric, _ in rows}
    ours = {
        (metric.dimensions["service"], metric.name)
        for each in (*ALARMS, *WIDGETS)
        for metric in each.metrics
        if metric.namespace == OURS
    }

    assert ours <= explained


def test_our_namespace_and_services_are_those_that_the_functions_are_given(stack: Stack) -> None:
    functions = stack.of_type("AWS::Lambda::Function").values()
    variables = [function["Environment"]["Variables"] for function in functions]
    ours = [metric for each in (*ALARMS, *WIDGETS) for metric in each.metrics if metric.namespace == OURS]

    assert {text_of(each["POWERTOOLS_METRICS_NAMESPACE"], TEMPLATE) for each in variables} == {OURS}
    assert {each["POWERTOOLS_SERVICE_NAME"] for each in variables} == {metric.dimensions["service"] for metric in ours}


def test_routes_and_operations_that_are_watched_are_those_of_the_stack(stack: Stack) -> None:
    paths = stack.properties("HttpApi")["Body"]["paths"]
    routes = {(method.upper(), path) for path, methods in paths.items() for method in methods}
    dimensions = [metric.dimensions for each in (*ALARMS, *WIDGETS) for metric in each.metrics]

    assert {(each["Method"], each["Resource"]) for each in dimensions if "Method" in each} <= routes
    assert {each["Operation"] for each in dimensions if "Operation" in each} <= OPERATIONS
    assert {each["Stage"] for each in dimensions if "Stage" in each} == {"$default"}
    [stage] = stack.of_type("AWS::ApiGatewayV2::Stage").values()
    assert stage["StageName"] == "$default"
    assert stage["DefaultRouteSettings"]["DetailedMetricsEnabled"] is True
    assert all(route["DetailedMetricsEnabled"] is True for route in stage["RouteSettings"].values())


@pytest.mark.parametrize("alarm", ALARMS, ids=lambda alarm: alarm.id)
def test_an_alarm_says_when_it_is_raised_and_what_to_do(alarm: Any) -> None:
    description = alarm.properties["AlarmDescription"]["Fn::Sub"]

    words, _, runbook = description.partition("Runbook: ")
    assert runbook.strip() == f"${{RunbookUrl}}#{alarm.id.lower()}"
    assert len(words.split()) > 8
    assert len(description) < 900
    assert text_of(alarm.properties["AlarmName"], TEMPLATE) == f"${{AWS::StackName}}-{alarm.id}"
    for actions in ("AlarmActions", "OKActions"):
        assert alarm.properties[actions] == [{"Ref": "AlarmTopic"}]


@pytest.mark.parametrize("alarm", ALARMS, ids=lambda alarm: alarm.id)
def test_missing_data_is_no_recovery_from_something_that_lasts(alarm: Any) -> None:
    """SQS reports on a queue that is in use and for six hours afterwards. A dead letter is still there then.

    Of a count, silence means that nothing happened. The age of the oldest message is reported while there is one in the
    calls queue, which is in use as long as the event source polls it.
    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-monitoring-using-cloudwatch.html
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
    """
    lasts = {metric.name for metric in alarm.metrics} == {"ApproximateNumberOfMessagesVisible"}

    assert alarm.properties["TreatMissingData"] == ("ignore" if lasts else "notBreaching")


@pytest.mark.parametrize("alarm", ALARMS, ids=lambda alarm: alarm.id)
def test_an_alarm_can_be_raised_and_nothing_at_all_raises_none(alarm: Any) -> None:
    """That its expression means something; tests/e2e/test_alarms.py raises those on our own metrics for real."""
    # Two are raised by much of one metric where there is nothing of the others.
    others = [0.0] if "< 1" in alarm.expression else [10_000.0] * 20
    much = {metric.name: others for metric in alarm.metrics} | {alarm.metrics[0].name: [10_000.0] * 20}
    nothing = {metric.name: [0.0] * 20 for metric in alarm.metrics}

    assert alarm.is_raised_by(much)
    assert not alarm.is_raised_by(nothing)
    assert not alarm.is_raised_by({})


def test_shares_of_a_handful_of_pushes_raise_nothing() -> None:
    few = {"PushesRejected": [1.0] * 9, "BadDeviceTokens": [1.0] * 9}

    assert not [alarm.id for alarm in ALARMS if "answers" in alarm.expression and alarm.is_raised_by(few)]
    assert [alarm.id for alarm in ALARMS if "answers" in alarm.expression]


def test_every_function_is_watched_for_errors_and_throttles() -> None:
    functions = {
        f"${{{name}}}"
        for name, resource in TEMPLATE["Resources"].items()
        if resource["Type"] == "AWS::Lambda::Function" and not resource.get("Condition")
    }
    assert len(functions) == 5

    def watched(metric_name: str) -> set[str]:
        return {
            metric.dimensions["FunctionName"]
            for alarm in ALARMS
            for metric in alarm.metrics
            if (metric.namespace, metric.name) == ("AWS/Lambda", metric_name)
        }

    assert watched("Throttles") == watched("Errors") == functions


def test_only_what_the_emulator_takes_is_in_plain_monitoring(stack: Stack) -> None:
    conditions = {alarm.id: stack.resources[alarm.id]["Condition"] for alarm in ALARMS}

    assert conditions == {alarm.id: "HasFullMonitoring" if alarm.expression else "HasMonitoring" for alarm in ALARMS}
    assert stack.resources["Dashboard"]["Condition"] == "HasMonitoring"
    for name in ("PagingAlarm", "PagingTopic", *QUERIES):
        assert stack.resources[name]["Condition"] == "HasFullMonitoring"


def test_a_page_for_whatever_keeps_calls_from_ringing(stack: Stack) -> None:
    paging = stack.properties("PagingAlarm")
    rule = paging["AlarmRule"]["Fn::Sub"]

    assert set(re.findall(r'ALARM\("\$\{(\w+)\}"\)', rule)) == {alarm.id for alarm in ALARMS} - NOT_PAGING
    assert re.sub(r'ALARM\("\$\{\w+\}"\)', "A", rule).split() == " OR ".join(["A"] * rule.count("ALARM(")).split()
    assert paging["AlarmActions"] == paging["OKActions"] == [{"Ref": "PagingTopic"}]
    assert paging["AlarmDescription"]["Fn::Sub"].strip().endswith("${RunbookUrl}#pagingalarm")


# What the dashboard may consist of: the parts of AWS's "Dashboard body structure and syntax" that we use.
WIDGET = {"type", "x", "y", "width", "height", "properties"}
PROPERTIES = {"title", "region", "period", "stat", "metrics", "stacked", "yAxis", "annotations"}


def test_the_dashboard_is_what_cloudwatch_reads() -> None:
    body = dashboard_body(TEMPLATE)

    assert body.keys() == {"widgets"}
    assert 0 < len(body["widgets"]) <= 500
    for widget in body["widgets"]:
        properties = widget["properties"]
        assert widget.keys() == WIDGET
        assert widget["type"] == "metric"
        assert properties.keys() <= PROPERTIES
        assert {"title", "region", "period", "stat", "metrics"} <= properties.keys()
        assert properties["region"] == "${AWS::Region}"
        assert properties["period"] % 60 == 0
        assert isinstance(properties.get("stacked", False), bool)
        assert properties.get("yAxis", {"left": {}}).keys() <= {"left", "right"}
        for line in properties.get("annotations", {}).get("horizontal", []):
            assert isinstance(line["value"], int | float)
        for row in properties["metrics"]:
            assert all(isinstance(part, str) for part in row[:-1])
            assert isinstance(row[-1], str) or row[-1].keys() <= {"label", "stat"}
    for widget in WIDGETS:
        for metric in widget.metrics:
            assert re.fullmatch(r"Sum|Average|Maximum|p\d\d", metric.stat)


def test_widgets_fill_the_grid_and_do_not_overlap() -> None:
    cells = Counter(
        (column, row)
        for each in WIDGETS
        for column in range(each.x, each.x + each.width)
        for row in range(each.y, each.y + each.height)
    )

    assert set(cells.values()) == {1}
    assert cells.keys() == {(column, row) for column in range(24) for row in range(1 + max(row for _, row in cells))}
    titles = [each.title for each in WIDGETS]
    assert len(set(titles)) == len(titles)


def test_the_first_row_is_what_a_product_owner_asks() -> None:
    from push.batch import RESULT_METRICS
    from shared.call_results import CallResult

    calls, not_rung, latency = sorted((each for each in WIDGETS if each.y == 0), key=lambda each: each.x)
    # A call that was fanned out became others, and the end of a call is none.
    reasons = set(RESULT_METRICS.values()) - {"CallsRung", "CallsFannedOut", RESULT_METRICS[CallResult.NOTED]}

    assert {"CallsQueued", "CallsRung"} <= {metric.name for metric in calls.metrics}
    assert {metric.name for metric in not_rung.metrics} == reasons
    assert [(metric.name, metric.stat) for metric in latency.metrics] == [
        ("RingLatency", stat) for stat in ("p50", "p95", "p99")
    ]


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
def test_a_saved_query_asks_for_what_is_logged(stack: Stack, query: dict[str, Any]) -> None:
    from shared.observability import FIELDS

    text = "\n".join(line for line in query["QueryString"].splitlines() if not line.lstrip().startswith("#"))
    groups = {group["Ref"] for group in query["LogGroupNames"]}
    logged = set().union(*(messages_of(group.removesuffix("LogGroup").lower()) for group in groups))

    assert groups <= stack.of_type("AWS::Logs::LogGroup").keys()
    [listed] = re.findall(r"^fields .+$|\bby .+$", text, re.MULTILINE)
    fields = {field.strip(",") for field in listed.split()[1:]} - {"@timestamp"}
    fields |= set(re.findall(r"\b(\w+) (?:=|in) ", text))
    assert fields <= FIELDS
    messages = re.search(r"message in \[(.+)\]", text)
    assert not messages or set(re.findall(r'"(.+?)"', messages[1])) <= logged


def test_these_are_the_saved_queries() -> None:
    assert {text_of(query["Name"], TEMPLATE).removeprefix("${AWS::StackName}/") for query in QUERIES.values()} == {
        "one call",
        "one user's devices",
        "rejections by reason",
    }


def test_the_template_says_runbooks_are_in_this_repository_unless_told_otherwise() -> None:
    default = load_template()["Parameters"]["RunbookUrl"]["Default"]

    assert (FUNCTIONS.parent / default).is_file()
    assert json.dumps(TEMPLATE).count("${RunbookUrl}#") == len(ALARMS) + 1
