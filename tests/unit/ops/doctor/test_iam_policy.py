"""IAM's evaluation, as far as roles and queues of one account need it."""

from typing import Any

import pytest

from ops.doctor.iam_policy import Request, statements, why_refused

ROLE = "arn:aws:iam::111122223333:role/push"
QUEUE = "arn:aws:sqs:eu-central-1:111122223333:calls"
SEND = Request(ROLE, "sqs:SendMessage", QUEUE)


def statement(effect: str = "Allow", action: Any = "sqs:SendMessage", resource: Any = QUEUE, **more: Any) -> Any:
    return {"Effect": effect, "Action": action, "Resource": resource, "Sid": "S", **more}


def over_tls(value: str) -> dict[str, Any]:
    return {"Condition": {"Bool": {"aws:SecureTransport": value}}}


OF_SOMETHING_ELSE = {"Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}}


@pytest.mark.parametrize(
    ("own", "of_queue"),
    [
        ([statement()], []),
        ([statement(action=["sqs:ReceiveMessage", "SQS:sendmessage"])], []),
        ([statement(action="sqs:Send*")], []),
        ([statement(resource="arn:aws:sqs:*:*:call?")], []),
        ([statement()], [statement("Deny", "sqs:*", Principal="*", **over_tls("false"))]),
        ([statement()], [statement("Deny", Principal={"AWS": "arn:aws:iam::111122223333:role/other"})]),
        ([statement()], [statement("Deny", NotPrincipal={"AWS": [ROLE]})]),
        ([statement()], [statement("Deny", "sqs:PurgeQueue", Principal="*")]),
        ([statement()], [{**statement("Deny"), "Principal": "*", "Resource": QUEUE + "-other"}]),
        ([], [statement(Principal={"AWS": ROLE})]),
        ([], [statement(Principal={"AWS": "arn:aws:iam::111122223333:root"})]),
        ([], [statement(Principal={"AWS": "111122223333"}, **over_tls("true"))]),
        ([{"Effect": "Allow", "NotAction": "sqs:Delete*", "Resource": "*"}], []),
    ],
)
def test_allowed(own: list[Any], of_queue: list[Any]) -> None:
    assert why_refused(SEND, own, of_queue) is None


@pytest.mark.parametrize(
    ("own", "of_queue", "why"),
    [
        ([], [], "allowed by no statement"),
        ([statement(action="sqs:ReceiveMessage")], [], "allowed by no statement"),
        ([statement(resource=QUEUE + "-other")], [], "allowed by no statement"),
        ([statement(**OF_SOMETHING_ELSE)], [], "allowed by no statement"),
        ([statement(**over_tls("false"))], [], "allowed by no statement"),
        ([], [statement(Principal={"Service": "sns.amazonaws.com"})], "allowed by no statement"),
        ([statement()], [statement("Deny", "sqs:*", Principal="*")], "denied by the statement S"),
        ([statement()], [statement("Deny", Principal={"AWS": [ROLE]})], "denied by the statement S"),
        ([statement()], [statement("Deny", Principal="*", **over_tls("true"))], "denied by the statement S"),
        ([statement()], [statement("Deny", Principal="*", **OF_SOMETHING_ELSE)], "denied by the statement S"),
        ([statement(), statement("Deny")], [], "denied by the statement S"),
        ([statement()], [{"Effect": "Deny", "Principal": "*", "NotAction": "sqs:Get*", "Resource": "*"}], "without a"),
    ],
)
def test_refused(own: list[Any], of_queue: list[Any], why: str) -> None:
    assert why in (why_refused(SEND, own, of_queue) or "")


def test_a_document_may_hold_one_statement_and_no_list() -> None:
    assert list(statements({"Statement": {"Effect": "Deny"}})) == [{"Effect": "Deny"}]
    assert list(statements(None)) == []
