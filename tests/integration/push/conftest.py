"""The push function's own tables and queues in the emulator, and APNs."""

import importlib
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from apns_simulator import ApnsSimulator, SimulatorConfig
from push.devices import DynamoDevices
from push.queue import SqsQueue
from shared import aws
from shared.time_limits import TimeLimits
from tests.support.apns.credentials import SigningKey
from tests.support.apns.key_secrets import secret_of
from tests.support.aws.template import table_schema
from tests.support.clocks import MovedClock
from tests.support.functions.push import PushFunction
from tests.support.push.events import TOPIC
from tests.support.push.sender import PushSender


@pytest.fixture(scope="session")
def aws_client(aws_endpoint: str) -> Iterator[Callable[[str], Any]]:
    """Makes clients as the function does."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", aws_endpoint)
        yield lambda service: aws.client(service, TimeLimits(connect_s=1, read_s=10, attempts=3))


@pytest.fixture(scope="session")
def dynamodb(aws_client: Callable[[str], Any]) -> Any:
    return aws_client("dynamodb")


@pytest.fixture(scope="session")
def sqs(aws_client: Callable[[str], Any]) -> Any:
    return aws_client("sqs")


def _table(dynamodb: Any, logical_id: str) -> str:
    name = f"{logical_id}-{uuid.uuid4()}"
    dynamodb.create_table(TableName=name, **table_schema(logical_id))
    return name


@pytest.fixture(scope="session")
def calls_table(dynamodb: Any) -> str:
    return _table(dynamodb, "CallsTable")


@pytest.fixture(scope="session")
def devices_table(dynamodb: Any) -> str:
    return _table(dynamodb, "DevicesTable")


@pytest.fixture
def devices(dynamodb: Any, devices_table: str, clock: MovedClock) -> DynamoDevices:
    return DynamoDevices(dynamodb, devices_table, clock)


@pytest.fixture
def call_key() -> str:
    """Of a call that no other test has."""
    return f"session#{uuid.uuid4()}"


@pytest.fixture
def new_queue(sqs: Any) -> Callable[[], str]:
    return lambda: sqs.create_queue(QueueName=f"queue-{uuid.uuid4()}")["QueueUrl"]


@pytest.fixture
def queue_url(new_queue: Callable[[], str]) -> str:
    return new_queue()


@pytest.fixture
def dead_letter_queue_url(new_queue: Callable[[], str]) -> str:
    return new_queue()


@pytest.fixture
def queue(sqs: Any, queue_url: str, dead_letter_queue_url: str) -> SqsQueue:
    return SqsQueue(sqs, queue_url, dead_letter_queue_url)


@pytest.fixture(scope="session")
def key() -> SigningKey:
    return SigningKey()


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("certificates")


@pytest.fixture
def start_apns(key: SigningKey, certificates: Path) -> Iterator[Callable[..., ApnsSimulator]]:
    """Starts a simulator with the given configuration."""
    with ExitStack() as stack:

        def start(config: SimulatorConfig | None = None, **options: Any) -> ApnsSimulator:
            keys = options.pop("keys", None) or [key.registered(topics=[TOPIC])]
            return stack.enter_context(ApnsSimulator(certificates, keys, config, **options))

        yield start


@pytest.fixture
def apns(start_apns: Callable[..., ApnsSimulator]) -> ApnsSimulator:
    return start_apns()


@pytest.fixture
def new_sender(key: SigningKey) -> Iterator[Callable[..., PushSender]]:
    """Makes a cold environment that sends to a simulator."""
    with ExitStack() as stack:

        def new(apns: ApnsSimulator, **options: Any) -> PushSender:
            return stack.enter_context(PushSender.to(apns, key, **options))

        yield new


@pytest.fixture
def sender(apns: ApnsSimulator, new_sender: Callable[..., PushSender]) -> PushSender:
    return new_sender(apns)


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
def secret_arn(aws_client: Callable[[str], Any], key: SigningKey) -> str:
    secrets = aws_client("secretsmanager")
    return secrets.create_secret(Name=f"key-{uuid.uuid4()}", SecretString=secret_of(key))["ARN"]


@pytest.fixture
def new_push_function(
    monkeypatch: pytest.MonkeyPatch,
    aws_endpoint: str,
    apns: ApnsSimulator,
    sqs: Any,
    queue_url: str,
    dead_letter_queue_url: str,
    calls_table: str,
    devices_table: str,
    secret_arn: str,
) -> Iterator[Callable[..., PushFunction]]:
    """Makes one cold environment, with these settings beside the usual ones."""
    settings = {
        "AWS_ENDPOINT_URL": aws_endpoint,
        "DEVICES_TABLE": devices_table,
        "CALLS_TABLE": calls_table,
        "CALLS_QUEUE_URL": queue_url,
        "DEAD_LETTER_QUEUE_URL": dead_letter_queue_url,
        "APNS_KEY_SECRET_ARN": secret_arn,
        "APNS_PRODUCTION_URL": apns.production_url,
        "APNS_SANDBOX_URL": apns.sandbox_url,
        "APNS_CA_FILE": str(apns.ca_file),
        "RING_SECONDS": "45",
        "GROUP_MEMBER_LIMIT": "50",
        "PAYLOAD_PROFILE": "standard",
    }

    def new(**changes: str) -> PushFunction:
        for name, value in (settings | changes).items():
            monkeypatch.setenv(name, value)
        sys.modules.pop("push.app", None)
        return PushFunction(importlib.import_module("push.app"), sqs, queue_url)

    yield new
    sys.modules.pop("push.app")._runner.close()


@pytest.fixture
def push_function(new_push_function: Callable[..., PushFunction]) -> PushFunction:
    return new_push_function()
