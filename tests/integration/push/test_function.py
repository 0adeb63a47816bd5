"""The push function as Lambda runs it: an event of the queue in, ringing phones out."""

import json
import uuid
from typing import Any

import pytest

from local.services.http_server import Request, Response, serve
from shared.call_ends_table import DynamoCallEnds
from shared.call_events import to_json
from shared.clock import now_ms
from shared.device_history import DeviceChange, DeviceHistory
from shared.device_tokens import device_hash
from shared.devices import Device, query_devices
from tests.support.observed import observed
from tests.support.push.events import TOPIC, call_ended, ringing
from tokens.registry import DynamoRegistry
from webhook.call_ends import note_end
from webhook.queue import SqsCallsQueue


@pytest.fixture
def callee() -> str:
    return f"callee-{uuid.uuid4()}"


@pytest.fixture
def register(dynamodb, devices_table, callee):
    registry = DynamoRegistry(dynamodb, devices_table, now_ms)

    def register(environment="production") -> Device:
        return registry.register(callee, uuid.uuid4().hex * 2, environment, TOPIC)

    return register


@pytest.fixture
def new_call(callee):
    def new_call(**changes: Any):
        return ringing(
            session_id=str(uuid.uuid4()),
            initiated_at_ms=now_ms(),
            received_at_ms=now_ms(),
            **{"receiver_uid": callee, "callee_uid": callee} | changes,
        )

    return new_call


def test_a_call_rings_both_phones_once(push_function, apns, register, new_call):
    phones = {register("production").token: "production", register("sandbox").token: "sandbox"}
    call = new_call()
    assert push_function(call) == {"batchItemFailures": []}
    assert push_function(call, call) == {"batchItemFailures": []}
    pushes = apns.pushes()
    assert {push["device_token"]: push["environment"] for push in pushes} == phones
    assert len(pushes) == 2
    assert {push["payload"]["sessionId"] for push in pushes} == {call.session_id}


def test_warm_invocations_share_a_connection(push_function, apns, register, new_call):
    register()
    for _ in range(3):
        push_function(new_call())
    assert len(apns.pushes()) == 3
    assert len(apns.connections()) == 1


def test_a_dead_phone_is_forgotten_and_for_operators_remembered(
    push_function, apns, register, new_call, devices, dynamodb, devices_table, callee
):
    dead, alive = register(), register()
    apns.put_device(dead.token, dead_since_ms=now_ms() + 1_000)
    assert push_function(new_call()) == {"batchItemFailures": []}
    assert [device.token for device in devices.for_user(callee)] == [alive.token]
    history = DeviceHistory(dynamodb, devices_table, now_ms).read(callee)
    assert [(entry.device, entry.change) for entry in history] == [(device_hash(dead.token), DeviceChange.DEAD)]


def test_a_phone_in_the_other_environment_is_corrected(push_function, apns, register, new_call, devices, callee):
    phone = register("production")
    apns.put_device(phone.token, environment="sandbox")
    push_function(new_call())
    assert [device.environment for device in devices.for_user(callee)] == ["sandbox"]


def test_a_mixed_batch_gives_back_what_failed_and_sets_poison_aside(
    push_function, apns, register, new_call, sqs, dead_letter_queue_url
):
    phone = register()
    call, ended = new_call(), new_call()
    apns.add_fault("answer", status=503, reason="ServiceUnavailable")
    events = [call_ended(session_id=ended.session_id), "poison", call, new_call(callee_uid="nobody")]
    for event in events:
        body = event if isinstance(event, str) else to_json(event)
        sqs.send_message(QueueUrl=push_function.queue_url, MessageBody=body)
    records = push_function.receive(4)
    with observed() as seen:
        answer = push_function.handle(records, remaining_ms=2_000)
    [failed] = [record["messageId"] for record in records if record["body"] == to_json(call)]
    assert answer == {"batchItemFailures": [{"itemIdentifier": failed}]}
    assert seen.metrics["MessagesReceived"] == 4
    ends = ("MessagesRetried", "MessagesUnreadable", "CallEndsNoted", "CallsWithoutDevice")
    assert [seen.metrics[name] for name in ends] == [1] * 4
    assert phone.token not in seen.text
    [letter] = sqs.receive_message(QueueUrl=dead_letter_queue_url, WaitTimeSeconds=5)["Messages"]
    assert letter["Body"] == "poison"
    # As the event source does.
    for record in records:
        if record["messageId"] != failed:
            sqs.delete_message(QueueUrl=push_function.queue_url, ReceiptHandle=record["receiptHandle"])
    # The failed one is back within seconds, although it was received for 36.
    apns.clear_faults()
    [again] = push_function.receive(1)
    assert again["attributes"]["ApproximateReceiveCount"] == "2"
    assert push_function.handle([again]) == {"batchItemFailures": []}
    assert [push["device_token"] for push in apns.pushes() if push["accepted"]] == [phone.token]


def test_a_token_of_neither_environment_is_put_in_quarantine(
    push_function, apns, register, new_call, dynamodb, devices_table, callee
):
    phone = register("production")
    apns.put_device(phone.token, topic="com.example.other.voip")
    push_function(new_call())
    [kept] = query_devices(dynamodb, devices_table, callee)
    assert kept.quarantined_until_ms > now_ms()


def test_a_call_to_a_group_rings_its_members_but_not_the_caller(
    new_push_function, aws_client, apns, register, new_call, callee
):
    phone = register()
    asked: list[Request] = []

    def members(request: Request) -> Response:
        asked.append(request)
        uids = ["alice", callee, "carol", "dave"]
        return Response(200, {"data": [{"uid": uid} for uid in uids], "meta": {"pagination": {"total": 4}}})

    key = aws_client("secretsmanager").create_secret(Name=f"rest-{callee}", SecretString='{"rest_api_key": "the-key"}')
    with serve(members) as url:
        function = new_push_function(
            COMETCHAT_API_URL=f"{url}/v3", COMETCHAT_API_SECRET_ARN=key["ARN"], GROUP_MEMBER_LIMIT="2"
        )
        with observed() as seen:
            function(new_call(receiver_type="group", receiver_uid="team", callee_uid=""))
    assert [(request.path, request.headers["apikey"]) for request in asked] == [
        ("/v3/groups/team/members?page=1&perPage=3", "the-key")
    ]
    assert (seen.counted["GroupMembersCalled"], seen.counted["GroupMembersLeftOut"]) == (2, 1)
    assert function.handle(function.receive(2)) == {"batchItemFailures": []}
    assert [push["device_token"] for push in apns.pushes()] == [phone.token]


def test_the_payload_is_of_the_profile_that_the_app_reads(new_push_function, apns, register, new_call):
    register()
    new_push_function(PAYLOAD_PROFILE="without-aps")(new_call())
    [push] = apns.pushes()
    assert "aps" not in push["payload"]


def test_a_call_that_is_over_does_not_ring(push_function, apns, register, new_call):
    register()
    call = new_call()
    assert push_function(call_ended(session_id=call.session_id)) == {"batchItemFailures": []}
    assert push_function(call) == {"batchItemFailures": []}
    assert apns.pushes() == []


def test_without_a_usable_key_the_call_is_set_aside_with_the_remedy(
    push_function, register, new_call, aws_client, secret_arn, sqs, dead_letter_queue_url
):
    register()
    aws_client("secretsmanager").put_secret_value(SecretId=secret_arn, SecretString=json.dumps({"key_id": "x"}))
    assert push_function(new_call()) == {"batchItemFailures": []}
    [letter] = sqs.receive_message(QueueUrl=dead_letter_queue_url, WaitTimeSeconds=5, MessageAttributeNames=["All"])[
        "Messages"
    ]
    assert "key_id must be 10 capital letters and digits" in letter["MessageAttributes"]["reason"]["StringValue"]


@pytest.mark.parametrize("table_answers", [True, False])
def test_an_end_that_comes_while_its_call_waits_in_the_queue(
    push_function, apns, register, new_call, sqs, dynamodb, calls_table, table_answers
):
    """It overtakes the call. Where the table refuses the write, it holds once its message is read."""
    register()
    call = new_call()
    queue = SqsCallsQueue(sqs, push_function.queue_url)
    queue.send(call)
    ended = call_ended(session_id=call.session_id, conversation_id=call.conversation_id)
    table = DynamoCallEnds(dynamodb, calls_table if table_answers else "no-such-table")

    received = note_end(ended, lambda: table, queue, ring_ms=45_000)

    records = push_function.receive(1 if table_answers else 2)
    ends_first = sorted(records, key=lambda record: '"kind":"over"' not in record["body"])
    results = [push_function.handle([record]) for record in ends_first]
    assert received.result == ("noted" if table_answers else "queued")
    assert results == [{"batchItemFailures": []}] * len(records)
    assert apns.pushes() == []
