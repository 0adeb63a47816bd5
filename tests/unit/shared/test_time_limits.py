"""Each dependency has time limits of its own, in one place, and the documents state them."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore.config import Config

from ops.stack.directory import ROOT
from push import delivery
from push.apns.http2 import dial
from shared import aws, time_limits
from shared.time_limits import POLICY, SEND_CALL, SEND_CALL_TRIES, WRITE_CALL_END, TimeLimits
from tests.support.aws.template import load_template
from tests.support.docs import time_limits as document

COMETCHAT_WAITS_S = 2
LIMITS = {name: value for name, value in vars(time_limits).items() if isinstance(value, TimeLimits)}
MAKES_CLIENTS = {"create_client", "get_session", "AsyncClient", "Client", "urlopen", "build_opener"}


def calls(path: Path) -> Iterator[ast.Call]:
    return (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))


def name_of(call: ast.Call) -> str:
    return ast.unparse(call.func).rpartition(".")[2]


def test_clients_are_made_in_two_places_only() -> None:
    makers = {
        str(path.relative_to(ROOT))
        for path in ROOT.glob("functions/**/*.py")
        for call in calls(path)
        if name_of(call) in MAKES_CLIENTS
    }
    assert makers == {"functions/shared/aws.py", "functions/push/group_members.py"}


def test_every_aws_client_of_a_function_has_limits_of_the_policy() -> None:
    found = [
        ast.unparse(call.args[1])
        for path in ROOT.glob("functions/**/*.py")
        for call in calls(path)
        if ast.unparse(call.func) == "aws.client"
    ]
    names = {re.fullmatch(r"time_limits\.([A-Z_]+)", text)[1] for text in found}  # type: ignore[index]
    assert names <= LIMITS.keys()
    assert names == LIMITS.keys() - {"GROUP_MEMBERS"}, "limits that nobody uses"


@pytest.mark.parametrize("name", LIMITS)
def test_no_client_has_botocores_defaults(name: str) -> None:
    limits, stock = LIMITS[name], Config()
    config = aws.client("sqs", limits).meta.config
    assert (config.connect_timeout, config.read_timeout) == (limits.connect_s, limits.read_s)
    assert config.retries["total_max_attempts"] == limits.attempts
    assert config.connect_timeout < stock.connect_timeout / 10
    assert config.read_timeout < stock.read_timeout / 10


def test_the_webhook_answers_while_cometchat_waits() -> None:
    """Both of its longest ways: two tries at the queue, or one at the table and one at the queue."""
    send_s = SEND_CALL.connect_s + SEND_CALL.read_s
    assert SEND_CALL_TRIES * send_s < COMETCHAT_WAITS_S
    assert WRITE_CALL_END.connect_s + WRITE_CALL_END.read_s + send_s < COMETCHAT_WAITS_S


@pytest.mark.parametrize(("function", "limits"), [("Tokens", "REGISTER_DEVICE"), ("Calls", "CALL_STATE")])
def test_a_request_and_its_retry_fit_into_half_of_the_functions_time(function: str, limits: str) -> None:
    longest_s = (LIMITS[limits].connect_s + LIMITS[limits].read_s) * LIMITS[limits].attempts
    assert longest_s <= load_template()["Resources"][f"{function}Function"]["Properties"]["Timeout"] / 2


def test_the_authorizer_answers_while_api_gateway_waits() -> None:
    timeout_s = load_template()["Resources"]["AuthorizerFunction"]["Properties"]["Timeout"]
    secret_s = 2 * (time_limits.READ_SECRET.connect_s + time_limits.READ_SECRET.read_s)
    assert max(time_limits.JWKS_S, secret_s + time_limits.AUTH_TOKEN_S) < timeout_s / 2


def test_what_the_policy_says_of_apns_is_so() -> None:
    connection, push = (policy.whole for policy in POLICY if policy.dependency.startswith("APNs"))
    first, *later = (
        f"{delay_s:g} s" for delay_s in (dial.DIAL_TIMEOUT_S, *dial.DIAL_DELAYS_S[1:], dial.MAX_DIAL_DELAY_S)
    )
    assert re.findall(r"[\d.]+ s", connection) == [first, *later]
    sent_at_s = [0.0]
    for gap_s in delivery.GAPS_S:
        sent_at_s.append(sent_at_s[-1] + gap_s)
    assert push.startswith(f"{delivery.MAX_PUSHES} pushes for a call and phone")
    assert [float(number) for number in re.findall(r"[\d.]+(?=,| and| s;)", push)] == sent_at_s


def test_the_document_states_the_policy() -> None:
    assert document.table() in (ROOT / "docs" / "reliability.md").read_text(), document.table()
