"""Our clients ask the same hosts, with the same signature, as botocore's own."""

from collections.abc import Mapping
from typing import Any

import botocore.session
import pytest
from botocore.awsrequest import AWSResponse

from shared import aws
from shared.time_limits import READ_SECRET

REQUESTS: Mapping[str, tuple[str, dict[str, str]]] = {
    "sqs": ("send_message", {"QueueUrl": "https://queue.example/1", "MessageBody": "{}"}),
    "secretsmanager": ("get_secret_value", {"SecretId": "secret"}),
    "dynamodb": ("get_item", {"TableName": "devices", "Key": {}}),
}
STOCK = botocore.session.get_session()


class Body:
    def stream(self) -> list[bytes]:
        return [b"{}"]


def asked(session: botocore.session.Session, service: str, region: str) -> tuple[str, str, str]:
    """URL, what the signature is for (its credential scope), and the partition."""
    client = session.create_client(service, region_name=region)
    sent: list[Any] = []

    def answer(request: Any, **_: object) -> AWSResponse:
        sent.append(request)
        return AWSResponse(request.url, 200, {}, Body())

    client.meta.events.register_first("before-send.*.*", answer)
    operation, arguments = REQUESTS[service]
    getattr(client, operation)(**arguments)
    (request,) = sent
    scope = request.headers["Authorization"].decode().partition("Credential=")[2].partition(",")[0]
    return request.url, scope.partition("/")[2].partition("/")[2], client.meta.partition


@pytest.mark.parametrize("service", aws.SERVICES)
@pytest.mark.parametrize("partition", STOCK.get_available_partitions())
def test_in_every_region(service: str, partition: str) -> None:
    regions = STOCK.get_available_regions(service, partition)
    assert regions

    for region in regions:
        assert asked(aws._session(), service, region) == asked(STOCK, service, region)


def test_every_service_has_a_client() -> None:
    assert set(REQUESTS) == set(aws.SERVICES)
    for service in aws.SERVICES:
        assert aws.client(service, READ_SECRET).meta.region_name


def test_an_empty_endpoint_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the template sets it in AWS."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "")

    assert aws.client("sqs", READ_SECRET).meta.endpoint_url == "https://sqs.us-east-1.amazonaws.com"


def test_a_client_names_the_function_in_its_user_agent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SDK_UA_APP_ID", "voip-push-calls")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")

    agent = aws.client("dynamodb", READ_SECRET).meta.config.user_agent

    assert agent == "cometchat-voip-push app/voip-push-calls"


@pytest.mark.parametrize("service", aws.SERVICES)
@pytest.mark.parametrize("body", [b"", b'{"unfinished', b"<html>", b"\xff"])
def test_what_is_not_json_is_no_answer(service: str, body: bytes) -> None:
    """botocore takes it for one without fields: no such item, an empty secret, a message that is queued."""
    with pytest.raises(aws.NotAnAnswer, match=r"^the answer is not JSON$"):
        answered(service, *REQUESTS[service], body)


@pytest.mark.parametrize("service", aws.SERVICES)
def test_an_answer_without_fields_is_one(service: str) -> None:
    assert answered(service, *REQUESTS[service], b"{}")


def test_nothing_is_an_answer_where_there_is_nothing_to_say() -> None:
    visibility = {"QueueUrl": "https://queue.example/1", "ReceiptHandle": "receipt", "VisibilityTimeout": 1}
    assert answered("sqs", "change_message_visibility", visibility, b"")


def answered(service: str, operation: str, arguments: Mapping[str, Any], body: bytes) -> Any:
    """What our client makes of a response."""

    class Whole:
        def stream(self) -> list[bytes]:
            return [body]

    client = aws.client(service, READ_SECRET)
    client.meta.events.register_first(
        "before-send.*.*", lambda request, **_: AWSResponse(request.url, 200, {}, Whole())
    )
    return getattr(client, operation)(**arguments)
