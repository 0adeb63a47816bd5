"""Doctor compares what push may take with what the account has."""

from types import SimpleNamespace

import pytest

from ops.doctor.account import account
from ops.doctor.findings import Finding, Ok, Problem, ProblemCode
from ops.stack.deployed import DeployedStack

DEFAULTS = {
    "PushMaximumConcurrency": "50",
    "PushMinimumPollers": "0",
    "PushMaximumPollers": "200",
    "PushReservedConcurrency": "0",
    "WebhookReservedConcurrency": "0",
}


def found(limit: int, **parameters: str) -> Finding:
    settings = {"AccountLimit": {"ConcurrentExecutions": limit}}
    stack = DeployedStack("app", lambda _: SimpleNamespace(get_account_settings=lambda: settings))
    vars(stack).update(parameters={**DEFAULTS, **parameters})
    (finding,) = account(stack)
    return finding


def test_a_new_account_is_too_small_for_the_default() -> None:
    finding = found(10)

    assert isinstance(finding, Problem)
    assert finding.code is ProblemCode.ACCOUNT_TOO_SMALL
    assert "PushMaximumConcurrency=5 " in finding.remedy


@pytest.mark.parametrize(
    ("limit", "parameters"),
    [
        (1_000, {}),
        (10, {"PushMaximumConcurrency": "5"}),
        (10, {"WebhookReservedConcurrency": "3"}),
        (100, {"PushMinimumPollers": "2", "PushMaximumPollers": "9"}),
        (1_000, {"PushReservedConcurrency": "500", "PushMaximumConcurrency": "1000"}),
    ],
)
def test_an_account_that_leaves_something_for_webhook_is_in_order(limit: int, parameters: dict[str, str]) -> None:
    assert isinstance(found(limit, **parameters), Ok)


def test_pollers_count_for_ten_batches_each() -> None:
    assert isinstance(found(1_000, PushMinimumPollers="2"), Problem)
