"""make doctor, fault by fault: the deployed stack is broken, the fault is named, the stack is put in order again."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from apns_simulator import SimulatorClient
from ops.commands.dead_letters import DeadLetters, dead_letters
from ops.doctor.apns import NO_DEVICE
from ops.doctor.findings import Finding, Note, Ok, Problem, ProblemCode
from ops.doctor.run import examine
from ops.stack.deployed import DeployedStack
from ops.stack.description import StackDescription
from ops.stack.directory import StackDirectory
from ops.stack.secrets import read_secret
from tests.support.stack.local_stack import run_ops


@pytest.fixture(scope="module")
def deployed(stack: StackDescription) -> DeployedStack:
    """With nothing left over from other tests."""
    found = DeployedStack.on_this_machine(stack)
    purge_dead_letters(found)
    return found


def purge_dead_letters(deployed: DeployedStack) -> None:
    letters = DeadLetters(deployed.client("sqs"), deployed.queues.dead_letters, deployed.queues.calls)
    dead_letters(letters, again=(), purge=["all"])


def problems(deployed: DeployedStack) -> dict[ProblemCode, str]:
    """What was found by its name; alarms are other tests'."""
    found = [each for each in examine(deployed) if isinstance(each, Problem) and each.code is not ProblemCode.ALARM]
    return {problem.code: f"{problem.what} -> {problem.remedy}" for problem in found}


def fine(findings: list[Finding]) -> str:
    return "\n".join(each.what for each in findings if isinstance(each, Ok))


@contextmanager
def secret(deployed: DeployedStack, output: str, value: object | None) -> Iterator[None]:
    """With another value, or with none at all, as the template creates it."""
    client = deployed.client("secretsmanager")
    secret_id, before = deployed.output(output), read_secret(deployed, output)
    try:
        if value is None:
            client.delete_secret(SecretId=secret_id, ForceDeleteWithoutRecovery=True)
            client.create_secret(Name=secret_id)
        else:
            client.put_secret_value(SecretId=secret_id, SecretString=json.dumps(value))
        yield
    finally:
        client.put_secret_value(SecretId=secret_id, SecretString=before)


@contextmanager
def registered(apple: SimulatorClient, key_id: str, **changes: Any) -> Iterator[None]:
    """With the key at Apple's other than it is."""
    (key,) = [key for key in apple.provider_keys() if key.pop("key_id") == key_id]
    try:
        apple.put_key(key_id, **{**key, **changes})
        yield
    finally:
        apple.put_key(key_id, **key)


def the_key(deployed: DeployedStack) -> dict[str, str]:
    key: dict[str, str] = json.loads(read_secret(deployed, "ApnsKeySecretArn"))
    return key


def test_nothing_is_wrong_and_apns_was_asked_once_an_environment(
    deployed: DeployedStack, apple: SimulatorClient
) -> None:
    before = apple.counters()["last_sequence"]

    findings = list(examine(deployed))

    assert [each for each in findings if isinstance(each, Problem) and each.code is not ProblemCode.ALARM] == []
    pushes = apple.pushes(after=before)
    assert [(push["environment"], push["device_token"], push["accepted"]) for push in pushes] == [
        ("production", NO_DEVICE, False),
        ("sandbox", NO_DEVICE, False),
    ]
    assert "production: APNs takes the key" in fine(findings)
    assert "what it queued was worked on" in fine(findings)


def test_the_command_exits_with_0_when_nothing_is_wrong_and_with_1_otherwise(
    deployed: DeployedStack, stack_directory: StackDirectory
) -> None:
    in_order = run_ops(stack_directory, "doctor")
    with secret(deployed, "ApnsKeySecretArn", {"key_id": "abc"}):
        broken = run_ops(stack_directory, "doctor")

    assert in_order.returncode == 0, in_order.stdout
    assert "Nothing is wrong." in in_order.stdout
    assert broken.returncode == 1, broken.stdout
    assert "FAULT  APNs key unreadable" in broken.stdout
    assert "key_id must be 10 capital letters and digits" in broken.stdout
    assert "-> make apns-key" in broken.stdout


def test_no_key(deployed: DeployedStack) -> None:
    with secret(deployed, "ApnsKeySecretArn", None):
        assert problems(deployed).keys() == {ProblemCode.APNS_KEY_MISSING}


def test_a_wrong_key_id(deployed: DeployedStack) -> None:
    with secret(deployed, "ApnsKeySecretArn", {**the_key(deployed), "key_id": "WRONGKEYID"}):
        found = problems(deployed)

    assert found.keys() == {ProblemCode.APNS_KEY_UNKNOWN}
    assert "wrong key id" in found[ProblemCode.APNS_KEY_UNKNOWN]
    assert "key id WRONGKEYID" in found[ProblemCode.APNS_KEY_UNKNOWN]


def test_a_wrong_team(deployed: DeployedStack) -> None:
    with secret(deployed, "ApnsKeySecretArn", {**the_key(deployed), "team_id": "WRONGTEAM1"}):
        found = problems(deployed)

    assert found.keys() == {ProblemCode.APNS_KEY_UNKNOWN}
    assert "wrong team id" in found[ProblemCode.APNS_KEY_UNKNOWN]
    assert "team id WRONGTEAM1" in found[ProblemCode.APNS_KEY_UNKNOWN]


def test_a_sandbox_key_on_production(deployed: DeployedStack, apple: SimulatorClient) -> None:
    with registered(apple, the_key(deployed)["key_id"], environments=["sandbox"]):
        found = problems(deployed)

    assert found.keys() == {ProblemCode.APNS_KEY_OF_OTHER_ENVIRONMENT}
    assert "production: the key is for sandbox only" in found[ProblemCode.APNS_KEY_OF_OTHER_ENVIRONMENT]


def test_no_key_for_the_environment_that_devices_are_in(deployed: DeployedStack) -> None:
    with secret(deployed, "ApnsKeySecretArn", {"sandbox": the_key(deployed)}):
        found = problems(deployed)

    assert found.keys() == {ProblemCode.APNS_KEY_MISSING}
    assert "ENVIRONMENT=production" in found[ProblemCode.APNS_KEY_MISSING]


def test_no_key_for_the_other_environment_is_only_noted(deployed: DeployedStack) -> None:
    with secret(deployed, "ApnsKeySecretArn", {"production": the_key(deployed)}):
        findings = list(examine(deployed))

    assert not any(isinstance(each, Problem) and each.code is not ProblemCode.ALARM for each in findings)
    assert any(isinstance(each, Note) and "no key for sandbox" in each.what for each in findings)


def test_a_wrong_topic(deployed: DeployedStack, apple: SimulatorClient) -> None:
    with registered(apple, the_key(deployed)["key_id"], topics=["com.example.other.voip"]):
        found = problems(deployed)

    assert found.keys() == {ProblemCode.APNS_TOPIC_REFUSED}
    assert "com.example.app.voip" in found[ProblemCode.APNS_TOPIC_REFUSED]
    assert "BundleId" in found[ProblemCode.APNS_TOPIC_REFUSED]


def test_apns_out_of_order(deployed: DeployedStack, apple: SimulatorClient) -> None:
    problem = apple.add_fault("answer", status=500, reason="InternalServerError", environment="sandbox")
    try:
        found = problems(deployed)
    finally:
        apple.clear_faults(problem)

    assert found.keys() == {ProblemCode.APNS_REFUSES}
    assert "sandbox: APNs answers 500 InternalServerError" in found[ProblemCode.APNS_REFUSES]


def test_an_empty_webhook_secret(deployed: DeployedStack) -> None:
    with secret(deployed, "WebhookSecretArn", None):
        found = problems(deployed)

    assert found.keys() == {ProblemCode.NO_WEBHOOK_CREDENTIALS}
    assert "make webhook-secret" in found[ProblemCode.NO_WEBHOOK_CREDENTIALS]


def test_an_unusable_webhook_secret(deployed: DeployedStack) -> None:
    with secret(deployed, "WebhookSecretArn", {"username": "cometchat"}):
        assert problems(deployed).keys() == {ProblemCode.BAD_WEBHOOK_CREDENTIALS}


@pytest.mark.parametrize("lost", ["Condition", "Deny"])
def test_a_broken_queue_policy(deployed: DeployedStack, lost: str) -> None:
    """One that has lost its condition refuses everybody; another one refuses push alone."""
    sqs, url = deployed.client("sqs"), deployed.queues.calls
    before = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])["Attributes"]["Policy"]
    policy = json.loads(before)
    if lost == "Condition":
        del policy["Statement"][0]["Condition"]
    else:
        role = deployed.client("iam").get_role(RoleName=deployed.resources["PushRole"])["Role"]["Arn"]
        policy["Statement"].append(
            {"Effect": "Deny", "Principal": {"AWS": role}, "Action": "sqs:Receive*", "Resource": "*"}
        )
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy)})
    try:
        found = [each for each in examine(deployed) if isinstance(each, Problem) and each.code is not ProblemCode.ALARM]
    finally:
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": before})

    assert {problem.code for problem in found} == {ProblemCode.QUEUE_POLICY}
    whats = "\n".join(problem.what for problem in found)
    assert "push may not sqs:ReceiveMessage on the calls queue" in whats
    assert ("webhook may not sqs:SendMessage" in whats) is (lost == "Condition")


def test_a_disabled_event_source(deployed: DeployedStack) -> None:
    client, uuid = deployed.client("lambda"), deployed.resources["PushFunctionCalls"]
    client.update_event_source_mapping(UUID=uuid, Enabled=False)
    try:
        found = problems(deployed)
    finally:
        client.update_event_source_mapping(UUID=uuid, Enabled=True)

    assert found.keys() == {ProblemCode.EVENT_SOURCE_DISABLED}
    assert f"--uuid {uuid} --enabled" in found[ProblemCode.EVENT_SOURCE_DISABLED]


def test_a_dead_letter(deployed: DeployedStack) -> None:
    deployed.client("sqs").send_message(QueueUrl=deployed.queues.dead_letters, MessageBody="{}")
    try:
        assert problems(deployed).keys() == {ProblemCode.DEAD_LETTERS}
    finally:
        purge_dead_letters(deployed)


def test_a_queue_that_hands_over_to_another_one(deployed: DeployedStack) -> None:
    sqs, url = deployed.client("sqs"), deployed.queues.calls
    before = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["RedrivePolicy"])["Attributes"]
    other = sqs.create_queue(QueueName="not-the-dead-letters")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=other, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    policy = {**json.loads(before["RedrivePolicy"]), "deadLetterTargetArn": arn}
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": json.dumps(policy)})
    try:
        assert problems(deployed).keys() == {ProblemCode.NO_REDRIVE}
    finally:
        sqs.set_queue_attributes(QueueUrl=url, Attributes=before)
        sqs.delete_queue(QueueUrl=other)


def test_an_alarm_that_rings(deployed: DeployedStack) -> None:
    cloudwatch, name = deployed.client("cloudwatch"), deployed.resources["DeadLettersAlarm"]
    cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="a test")
    try:
        found = [each for each in examine(deployed) if isinstance(each, Problem)]
    finally:
        cloudwatch.set_alarm_state(AlarmName=name, StateValue="OK", StateReason="a test is over")

    (ringing,) = [problem for problem in found if problem.what.startswith("DeadLettersAlarm: ")]
    assert ringing.code is ProblemCode.ALARM
    assert ringing.remedy == "docs/runbooks/alarms.md#deadlettersalarm"


def test_a_change_that_is_not_live(deployed: DeployedStack) -> None:
    """As sam deploy alone leaves it after a change of a parameter: no new version, and the alias runs the old one."""
    client, function = deployed.client("lambda"), deployed.function("authorizer")
    before = client.get_function_configuration(FunctionName=function)["Environment"]
    variables = {**before["Variables"], "TOKEN_ISSUER": ""}
    client.update_function_configuration(FunctionName=function, Environment={"Variables": variables})
    try:
        found = problems(deployed)
    finally:
        client.update_function_configuration(FunctionName=function, Environment=before)

    assert found.keys() == {ProblemCode.FUNCTION_NOT_LIVE}
