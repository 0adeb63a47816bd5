"""make apns-key, webhook-secret and smoke, on the running stack and as for one in AWS."""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

import pytest

from apns_simulator import SimulatorClient
from local.phones import phone
from local.phones.credentials import ApnsKey, new_apns_key
from local.phones.phone import Phone
from ops.calls import webhooks
from ops.commands.smoke import smoke
from ops.doctor.apns import apns
from ops.doctor.findings import Ok, Problem, ProblemCode
from ops.doctor.run import examine
from ops.stack.deployed import DeployedStack
from ops.stack.description import StackDescription, WebhookCredentials
from ops.stack.directory import StackDirectory
from ops.stack.secrets import read_secret, read_webhook_credentials, write_secret
from tests.support.aws.template import table_schema
from tests.support.stack.calls import a_user
from tests.support.stack.local_stack import read_description, run_ops

IGNORED = json.dumps({"trigger": "set_up_test", "data": {}}).encode()
AT_ONCE = 4
# The webhook looks at the secret again after a wrong credential, and every 5 s at most.
IN_FORCE_WITHIN_S = 12
# CACHE_TTL_MS of the webhook, and some time to ask.
REFUSED_WITHIN_S = 75


@pytest.fixture
def as_in_aws(stack: StackDescription, monkeypatch: pytest.MonkeyPatch) -> DeployedStack:
    """The stack, found and asked the way one in AWS is; only the API's public name leads nowhere on this machine."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", stack.aws_endpoint_url)
    found = DeployedStack.in_aws(stack.stack_name)
    found.outputs = {**found.outputs, "WebhookUrl": stack.webhook_url}
    return found


# ---- the APNs key


@pytest.fixture
def key_secret(deployed: DeployedStack) -> Iterator[None]:
    before = json.loads(read_secret(deployed, "ApnsKeySecretArn"))
    yield
    write_secret(deployed, "ApnsKeySecretArn", before)


@pytest.fixture
def new_key(apple: SimulatorClient, tmp_path: Path) -> Iterator[ApnsKey]:
    """As Apple hands it out, for sandbox."""
    key = new_apns_key(tmp_path)
    apple.put_key(key.key_id, team_id=key.team_id, pem=key.file.read_text(), environments=["sandbox"])
    yield key
    apple.delete_key(key.key_id)


def test_a_key_for_one_environment_leaves_the_other_ones(
    stack_directory: StackDirectory, deployed: DeployedStack, key_secret: None, new_key: ApnsKey
) -> None:
    before = json.loads(read_secret(deployed, "ApnsKeySecretArn"))

    stored = run_ops(
        stack_directory, "apns-key", str(new_key.file), new_key.key_id, new_key.team_id, "--environment", "sandbox"
    )

    assert stored.returncode == 0, stored.stdout
    after = json.loads(read_secret(deployed, "ApnsKeySecretArn"))
    assert (after["production"], after["sandbox"]["key_id"]) == (before, new_key.key_id)
    assert [type(each) for each in apns(deployed)] == [Ok, Ok]
    assert new_key.file.read_text().splitlines()[1] not in stored.stdout


def test_a_wrong_key_is_refused_and_the_secret_left_alone(
    stack_directory: StackDirectory, deployed: DeployedStack, new_key: ApnsKey
) -> None:
    before = read_secret(deployed, "ApnsKeySecretArn")

    refused = run_ops(stack_directory, "apns-key", str(new_key.file), "KEYKEYKEY1", "team")

    assert refused.returncode == 1
    assert f"{new_key.file.name} is the file of key {new_key.key_id}, and KEY_ID=KEYKEYKEY1" in refused.stdout
    assert "TEAM_ID must be 10 capital letters and digits" in refused.stdout
    assert read_secret(deployed, "ApnsKeySecretArn") == before


# ---- the webhook's credentials


@pytest.fixture
def webhook_secret(stack: StackDescription, stack_directory: StackDirectory, deployed: DeployedStack) -> Iterator[None]:
    """Puts the session's credentials back, and waits until all environments take them."""
    yield
    write_secret(deployed, "WebhookSecretArn", asdict(stack.webhook))
    stack.write(stack_directory.description)
    assert accepted(stack, stack.webhook)


def statuses(stack: StackDescription, credentials: WebhookCredentials) -> list[int]:
    """Of requests with either kind of credential, at the same time, so that every warm environment answers some."""
    sent = [webhooks.signed(IGNORED, credentials), webhooks.with_basic_authentication(IGNORED, credentials)]
    with ThreadPoolExecutor(AT_ONCE) as threads:
        answers = threads.map(lambda webhook: webhooks.post(stack, webhook), sent * (AT_ONCE // 2))
        return [answer.status for answer in answers]


def accepted(stack: StackDescription, credentials: WebhookCredentials) -> bool:
    """By all environments, each of which may first have to be allowed to look at the secret again."""
    return all_answer(200, stack, credentials, within_s=IN_FORCE_WITHIN_S)


def refused_by_all(stack: StackDescription, credentials: WebhookCredentials) -> bool:
    """By all environments. One that no request has reached meanwhile keeps what it has read for a minute."""
    return all_answer(401, stack, credentials, within_s=REFUSED_WITHIN_S)


def all_answer(status: int, stack: StackDescription, credentials: WebhookCredentials, *, within_s: float) -> bool:
    deadline = time.monotonic() + within_s
    while not (everywhere := set(statuses(stack, credentials)) == {status}) and time.monotonic() < deadline:
        time.sleep(0.5)
    return everywhere


def test_credentials_that_are_there_are_not_replaced_unasked(
    stack_directory: StackDirectory, deployed: DeployedStack
) -> None:
    before = read_webhook_credentials(deployed)

    refused = run_ops(stack_directory, "webhook-secret")

    assert refused.returncode == 1
    assert "ROTATE=1" in refused.stdout
    assert read_webhook_credentials(deployed) == before


def test_after_a_rotation_both_are_accepted_and_after_an_emergency_the_new_ones_alone(
    stack: StackDescription, stack_directory: StackDirectory, deployed: DeployedStack, webhook_secret: None
) -> None:
    assert set(statuses(stack, stack.webhook)) == {200}  # by environments that are warm from here on

    rotated = run_ops(stack_directory, "webhook-secret", "--rotate")

    assert rotated.returncode == 0, rotated.stdout
    second = read_description(stack_directory).webhook
    assert read_webhook_credentials(deployed) == second != stack.webhook
    assert rotated.stdout.count(second.password) == 1
    assert accepted(stack, second)
    assert set(statuses(stack, stack.webhook)) == {200}

    replaced = run_ops(stack_directory, "webhook-secret", "--emergency")

    assert replaced.returncode == 0, replaced.stdout
    third = read_description(stack_directory).webhook
    assert refused_by_all(stack, second)
    assert refused_by_all(stack, stack.webhook)
    assert accepted(stack, third)
    versions = deployed.client("secretsmanager")
    for stage in ("AWSCURRENT", "AWSPREVIOUS"):
        value = versions.get_secret_value(SecretId=deployed.output("WebhookSecretArn"), VersionStage=stage)
        assert json.loads(value["SecretString"])["password"] == third.password
    assert len(third.username) <= 50
    assert len(third.password) <= 100
    assert (third.username + third.password).isalnum()


# ---- a test call


def test_a_smoke_call_is_followed_to_apple(stack: StackDescription, stack_directory: StackDirectory) -> None:
    mine = Phone(a_user(), phone.new_device_token())
    phone.register(stack, mine)

    smoked = run_ops(stack_directory, "smoke", mine.uid, "smoke-test")

    assert smoked.returncode == 0, smoked.stdout
    assert "This really rings" in smoked.stdout
    assert "accepted by APNs" in smoked.stdout
    assert "Rang 1 phone after" in smoked.stdout


def test_a_smoke_call_says_where_it_stopped(
    stack: StackDescription, stack_directory: StackDirectory, apple: SimulatorClient
) -> None:
    mine = Phone(a_user(), phone.new_device_token())
    phone.register(stack, mine)
    apple.put_device(mine.token, topic="com.example.other.voip")

    smoked = run_ops(stack_directory, "smoke", mine.uid, "smoke-test")

    assert smoked.returncode == 1
    assert "Did not ring: " in smoked.stdout
    assert "DeviceTokenNotForTopic" in smoked.stdout


# ---- devices that were lost


def test_lost_devices_come_back_and_moved_ones_stay_moved(
    stack: StackDescription, stack_directory: StackDirectory, deployed: DeployedStack
) -> None:
    """The copy is of before the loss, and of before one phone moved."""
    lost, kept, moved = (Phone(a_user(), phone.new_device_token()) for _ in range(3))
    new_owner = Phone(a_user(), moved.token)
    for each in (lost, kept, moved):
        phone.register(stack, each)
    dynamodb, copy = deployed.client("dynamodb"), f"restored-{a_user()}"
    dynamodb.create_table(TableName=copy, **table_schema("DevicesTable"))
    tokens = {lost.token, kept.token, moved.token}
    for page in dynamodb.get_paginator("scan").paginate(TableName=stack.tables.devices):
        for item in page["Items"]:
            if item["token"]["S"] in tokens:
                dynamodb.put_item(TableName=copy, Item=item)
    phone.unregister(stack, lost)
    phone.register(stack, new_owner)

    restored = run_ops(stack_directory, "restore-devices", copy)

    dynamodb.delete_table(TableName=copy)
    assert restored.returncode == 0, restored.stdout
    assert "1 device(s) put back; 2 left as they are" in restored.stdout
    assert [owners_of(deployed, each) for each in (lost, kept, moved)] == [[lost.uid], [kept.uid], [new_owner.uid]]
    # As an owner whom the tokens API knows: the phone can sign out.
    phone.unregister(stack, lost)
    assert owners_of(deployed, lost) == []


def owners_of(deployed: DeployedStack, wanted: Phone) -> list[str]:
    """Who is rung on this device."""
    found = deployed.client("dynamodb").scan(TableName=deployed.tables.devices, ConsistentRead=True)["Items"]
    return [item["uid"]["S"] for item in found if item["token"]["S"] == wanted.token and "topic" in item]


# ---- the same words for a stack in AWS


def test_a_stack_in_aws_is_examined_and_called_alike(
    stack: StackDescription, as_in_aws: DeployedStack, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = Phone(a_user(), phone.new_device_token())
    phone.register(stack, mine)

    problems = [each for each in examine(as_in_aws) if isinstance(each, Problem) and each.code is not ProblemCode.ALARM]
    code = smoke(as_in_aws, webhooks.new_call("smoke-test", mine.uid, "video"))

    assert [problem for problem in problems if problem.code is not ProblemCode.DEAD_LETTERS] == []
    assert code == 0
    assert "Rang 1 phone after" in capsys.readouterr().out


@pytest.mark.parametrize("choice", [("--stack", "voip-push-local"), ("--config", "prod")])
def test_the_command_line_asks_aws_for_the_stack_that_is_named(
    stack: StackDescription, stack_directory: StackDirectory, choice: tuple[str, str]
) -> None:
    """The emulator is AWS here, and has no stack of prod."""
    found = run_ops(stack_directory, "dead-letters", *choice, AWS_ENDPOINT_URL=stack.aws_endpoint_url)

    if choice[0] == "--stack":
        assert found.returncode == 0, found.stdout
    else:
        assert found.returncode == 1
        assert "voip-push-prod" in found.stdout
