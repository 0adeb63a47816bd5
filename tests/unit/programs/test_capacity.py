"""The arithmetic of docs/capacity.md, and that the document has what it gives."""

import re

import pytest

from tests.programs.bench.capacity import DOCUMENT, Call, costs, limits, needs, questions_usd, tables, written
from tests.programs.bench.per_call import CLOUDWATCH_ADDS_BYTES
from tests.support.aws.template import load_template


def test_the_document_has_these_tables() -> None:
    document = DOCUMENT.read_text()

    assert written(document, tables(Call())) == document, "python -m tests.programs.bench.capacity --write"


def test_a_document_without_a_place_for_them_is_refused() -> None:
    with pytest.raises(ValueError, match="0 places"):
        written("nothing", "tables")


def test_costs_follow_from_the_call() -> None:
    usual = {what: usd for what, _, usd in costs(Call())}
    longer = {what: usd for what, _, usd in costs(Call(webhooks=6, phones=3))}

    assert usual["HTTP API"] == pytest.approx(3.0)
    assert longer["HTTP API"] == pytest.approx(6.0)
    assert longer["DynamoDB, reads"] == usual["DynamoDB, reads"]
    assert longer["DynamoDB, writes"] == pytest.approx(usual["DynamoDB, writes"] / 3.5 * 6.5)


def test_what_a_limit_allows_is_what_is_needed_there() -> None:
    call = Call()
    reached = {what: at for what, _, at, _ in limits(call)}

    at_the_route = dict(needs(call, round(reached["webhook route, throttled by us"])))
    assert at_the_route["webhooks/s"] == pytest.approx(2_000, rel=0.01)
    at_the_batches = dict(needs(call, round(reached["batches pushed at once"])))
    assert at_the_batches["push environments busy, full batches"] == pytest.approx(50, rel=0.01)


def test_the_limits_that_are_ours_are_the_templates() -> None:
    template = load_template()
    route = template["Resources"]["HttpApi"]["Properties"]["RouteSettings"]["POST /webhooks/call"]
    ours = {what: int(re.sub(r"\D", "", limit)) for what, limit, _, _ in limits(Call())}
    functions = [template["Resources"][name]["Properties"] for name in ("WebhookFunction", "PushFunction")]

    assert ours["webhook route, throttled by us"] == route["ThrottlingRateLimit"]
    assert ours["batches pushed at once"] == template["Parameters"]["PushMaximumConcurrency"]["Default"]
    assert [function["MemorySize"] for function in functions] == [1024, 1024]


def test_a_line_of_the_access_log_is_as_long_as_is_counted() -> None:
    settings = load_template()["Resources"]["HttpApi"]["Properties"]["AccessLogSettings"]
    usual = {
        "requestId": "JKJaXmPLvHcESHA=",
        "routeKey": "POST /webhooks/call",
        "status": "200",
        "responseLatency": "23",
        "integrationLatency": "21",
        "integrationStatus": "200",
        "identity.sourceIp": "192.0.2.100",
    }
    line = re.sub(r"\$context\.([\w.]+)", lambda variable: usual.get(variable[1], "-"), settings["Format"])

    assert len(line) + CLOUDWATCH_ADDS_BYTES == pytest.approx(Call().access_log_bytes, rel=0.05)


def test_questions_of_phones_are_no_part_of_a_call_and_cost_by_the_question() -> None:
    usual = questions_usd(Call())

    assert sum(usd for _, _, usd in costs(Call())) == sum(usd for _, _, usd in costs(Call(questions=0)))
    assert questions_usd(Call(phones=3)) == pytest.approx(2 * usual)
    assert usual > questions_usd(Call(questions=1)) > 0
