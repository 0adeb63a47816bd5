"""docs/logs-and-metrics.md lists what the functions log and count and may do: all of it, and nothing else."""

from collections.abc import Iterator
from typing import Any

import pytest

from ops.stack.directory import ROOT
from push.batch import RESULT_METRICS
from shared.call_results import CallResult
from shared.log_messages import LogMessage
from shared.observability import FIELDS
from tests.support.aws.template import load_template
from tests.support.docs.code import PACKAGES, literal_messages_of, messages_of, metrics_of
from tests.support.docs.markdown import Page

TABLES = Page.read(ROOT / "docs" / "logs-and-metrics.md").tables
FUNCTIONS = [package for package in PACKAGES if package != "shared"]


def documented(heading: str, package: str) -> set[str]:
    return {row[1] for row in TABLES[heading] if row[0] == "all" or package in row[0].split(", ")}


@pytest.mark.parametrize("package", FUNCTIONS)
def test_a_functions_messages_are_listed(package: str) -> None:
    own, listed = messages_of(package), documented("Log messages", package)
    assert own <= listed <= own | messages_of("shared")


def test_every_message_is_listed_once() -> None:
    assert sorted(row[1] for row in TABLES["Log messages"]) == sorted(LogMessage)


@pytest.mark.parametrize("package", PACKAGES)
def test_no_message_is_logged_that_is_not_in_the_enumeration(package: str) -> None:
    assert literal_messages_of(package) == []


@pytest.mark.parametrize("package", FUNCTIONS)
def test_a_functions_metrics_are_listed(package: str) -> None:
    assert documented("Metrics", package) == metrics_of(package)


def test_every_result_is_listed_with_its_metric_in_the_order_in_which_it_speaks_for_a_call() -> None:
    assert [(result, metric) for result, _, metric in TABLES["Results"]] == [
        (result, RESULT_METRICS[result]) for result in CallResult
    ]


def test_every_field_is_listed_once() -> None:
    assert sorted(field.strip() for row in TABLES["Fields"] for field in row[0].split(",")) == sorted(FIELDS)


def statements() -> Iterator[tuple[str, str]]:
    """The name of each role or queue policy with each of its `Sid`s."""
    for name, resource in load_template()["Resources"].items():
        properties = resource.get("Properties", {})
        documents = [each["PolicyDocument"] for each in properties.get("Policies", ())]
        if resource["Type"] == "AWS::SQS::QueuePolicy":
            documents.append(properties["PolicyDocument"])
        for document in documents:
            for statement in document["Statement"]:
                yield name, sid(statement)


def sid(statement: dict[str, Any]) -> str:
    if "Fn::If" in statement:
        _, statement, _ = statement["Fn::If"]
    found: str = statement["Sid"]
    return found


def test_every_statement_is_listed_once() -> None:
    assert sorted((role, name) for role, name, _ in TABLES["Statements of the roles"]) == sorted(statements())
