"""The queue's times and limits, which nothing but this checks: cfn-lint knows neither the alias nor the ring time."""

from typing import Any

import pytest

from tests.support.aws.translated_template import Stack


@pytest.fixture
def mapping(stack: Stack) -> dict[str, Any]:
    [properties] = stack.of_type("AWS::Lambda::EventSourceMapping").values()
    return properties


def test_a_message_stays_invisible_for_six_timeouts_and_comes_back_while_the_phone_may_ring(stack: Stack) -> None:
    visibility_s = stack.properties("CallsQueue")["VisibilityTimeout"]

    assert 6 * stack.properties("PushFunction")["Timeout"] <= visibility_s < stack.default("RingSeconds")


def test_what_can_not_be_pushed_ends_in_the_dead_letter_queue_and_stays_there_longer(stack: Stack) -> None:
    calls, dead_letters = stack.properties("CallsQueue"), stack.properties("DeadLetterQueue")

    assert calls["RedrivePolicy"]["deadLetterTargetArn"] == {"Fn::GetAtt": ["DeadLetterQueue", "Arn"]}
    assert calls["RedrivePolicy"]["maxReceiveCount"] >= 5
    assert dead_letters["MessageRetentionPeriod"] > calls["MessageRetentionPeriod"] > stack.default("RingSeconds")
    assert "RedrivePolicy" not in dead_letters


def test_somebody_is_told_of_dead_letters(stack: Stack) -> None:
    alarms = [
        alarm
        for alarm in stack.of_type("AWS::CloudWatch::Alarm").values()
        if alarm.get("Dimensions") == [{"Name": "QueueName", "Value": {"Fn::GetAtt": ["DeadLetterQueue", "QueueName"]}}]
    ]

    assert [alarm["MetricName"] for alarm in alarms] == ["ApproximateNumberOfMessagesVisible"]
    assert alarms[0]["AlarmActions"]
    assert "TreatMissingData" in alarms[0]


def test_one_bad_message_does_not_take_the_batch_with_it(mapping: dict[str, Any]) -> None:
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_a_call_does_not_wait_for_others(mapping: dict[str, Any]) -> None:
    assert mapping.get("MaximumBatchingWindowInSeconds", 0) == 0
    assert mapping["BatchSize"] <= 10


def test_concurrency_is_limited_where_the_messages_are_polled(mapping: dict[str, Any]) -> None:
    """Not by reserved concurrency alone, which throttles. Lambda refuses a maximum beside provisioned pollers."""
    maximum = {"MaximumConcurrency": {"Ref": "PushMaximumConcurrency"}}
    pollers = {"MinimumPollers": {"Ref": "PushMinimumPollers"}, "MaximumPollers": {"Ref": "PushMaximumPollers"}}
    nothing = {"Ref": "AWS::NoValue"}

    assert mapping["ScalingConfig"] == {"Fn::If": ["HasProvisionedPollers", nothing, maximum]}
    assert mapping["ProvisionedPollerConfig"] == {"Fn::If": ["HasProvisionedPollers", pollers, nothing]}


@pytest.mark.parametrize("parameter", ["PushMinimumPollers", "PushReservedConcurrency", "WebhookReservedConcurrency"])
def test_what_costs_money_or_takes_from_others_is_off_unless_chosen(stack: Stack, parameter: str) -> None:
    conditions = stack.template["Conditions"]

    assert str(stack.default(parameter)) == "0"
    assert {"Fn::Not": [{"Fn::Equals": [{"Ref": parameter}, "0"]}]} in conditions.values()


def test_reserved_concurrency_is_for_the_two_functions_that_calls_go_through(stack: Stack) -> None:
    reserved = {
        name: function["ReservedConcurrentExecutions"]
        for name, function in stack.of_type("AWS::Lambda::Function").items()
        if "ReservedConcurrentExecutions" in function
    }

    assert reserved == {
        f"{name}Function": {
            "Fn::If": [f"ReservesFor{name}", {"Ref": f"{name}ReservedConcurrency"}, {"Ref": "AWS::NoValue"}]
        }
        for name in ("Push", "Webhook")
    }


def test_the_queue_invokes_the_version_that_has_been_published(mapping: dict[str, Any]) -> None:
    assert mapping["FunctionName"] == {"Ref": "PushFunctionAliaslive"}
    assert mapping["EventSourceArn"] == {"Fn::GetAtt": ["CallsQueue", "Arn"]}


def test_queues_are_encrypted_and_refuse_plain_http(stack: Stack) -> None:
    queues = stack.of_type("AWS::SQS::Queue")
    policies = {policy["Queues"][0]["Ref"]: policy for policy in stack.of_type("AWS::SQS::QueuePolicy").values()}

    assert all(queue["SqsManagedSseEnabled"] is True for queue in queues.values())
    assert policies.keys() == queues.keys()
    for queue, policy in policies.items():
        assert policy["PolicyDocument"]["Statement"] == [
            {
                "Sid": "DenyPlainHttp",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "sqs:*",
                "Resource": {"Fn::GetAtt": [queue, "Arn"]},
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            }
        ]
