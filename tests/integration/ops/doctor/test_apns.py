"""Doctor's push against the simulator: what it sends, and that its connections are closed again."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from apns_simulator import ApnsSimulator
from ops.doctor.apns import NO_DEVICE, apns
from ops.doctor.findings import Ok, Problem, ProblemCode
from ops.stack.deployed import DeployedStack
from tests.support.apns.credentials import SigningKey
from tests.support.apns.key_secrets import secret_of
from tests.support.aws.secrets_manager import FakeSecretsManager

SETTINGS = {
    "DEVICES_TABLE": "devices",
    "CALLS_TABLE": "calls",
    "CALLS_QUEUE_URL": "https://sqs/calls",
    "DEAD_LETTER_QUEUE_URL": "https://sqs/dead",
    "APNS_KEY_SECRET_ARN": "arn",
    "GROUP_MEMBER_LIMIT": "50",
    "PAYLOAD_PROFILE": "standard",
    "RING_SECONDS": "45",
    "BUNDLE_ID": "com.example.app",
    "DEFAULT_APNS_ENVIRONMENT": "production",
}


class Lambda:
    def __init__(self, simulator: ApnsSimulator) -> None:
        urls = {"APNS_PRODUCTION_URL": simulator.production_url, "APNS_SANDBOX_URL": simulator.sandbox_url}
        self._variables = {**SETTINGS, **urls, "APNS_CA_FILE": str(simulator.ca_file)}

    def get_function_configuration(self, **_: Any) -> Any:
        return {"Environment": {"Variables": self._variables}}


def stack_of(simulator: ApnsSimulator, key: SigningKey) -> DeployedStack:
    secrets = FakeSecretsManager({"AWSCURRENT": secret_of(key)})
    stack = DeployedStack("app", {"lambda": Lambda(simulator), "secretsmanager": secrets}.__getitem__)
    names = {"PushFunctionName": "push", "TokensFunctionName": "tokens", "ApnsKeySecretArn": "arn"}
    vars(stack)["outputs"] = names
    return stack


@pytest.mark.parametrize(
    ("environments", "expected"),
    [
        (("production", "sandbox"), [Ok, Ok]),
        (("sandbox",), [Problem, Ok]),
    ],
)
def test_one_push_an_environment_and_the_connection_is_closed(
    tmp_path: Path, environments: tuple[str, ...], expected: list[type]
) -> None:
    key = SigningKey()
    registered = key.registered(topics=["com.example.app.voip"], environments=environments)
    with ApnsSimulator(tmp_path, [registered]) as simulator:
        found = list(apns(stack_of(simulator, key)))
        pushes = simulator.pushes()
        deadline = time.monotonic() + 5
        while any(each["closed_at_ms"] is None for each in simulator.connections()) and time.monotonic() < deadline:
            time.sleep(0.05)
        connections = simulator.connections()

    assert [type(each) for each in found] == expected
    assert all(each.code is ProblemCode.APNS_KEY_OF_OTHER_ENVIRONMENT for each in found if isinstance(each, Problem))
    # Both are pushed to at once, so either may be first.
    assert sorted((push["environment"], push["device_token"]) for push in pushes) == [
        ("production", NO_DEVICE),
        ("sandbox", NO_DEVICE),
    ]
    assert not any(push["accepted"] for push in pushes)
    assert json.loads(secret_of(key))["key_id"] in found[-1].what
    assert len(connections) == 2
    assert all(each["closed_at_ms"] for each in connections)
