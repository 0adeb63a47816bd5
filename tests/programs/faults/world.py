"""What the functions run against: tables in an emulator, stubs, APNs, and a proxy before each dependency."""

import json
import secrets
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from apns_simulator import ApnsSimulator
from local.sample_events import credentials
from local.services.http_server import serve
from ops.stack import emulated_aws
from shared.devices import KEEP_S, Device
from tests.programs.faults.clock import ShiftedClock
from tests.programs.faults.http_proxy import HttpProxy
from tests.programs.faults.stubs import Stubs
from tests.programs.faults.tcp_proxy import TcpProxy
from tests.support.apns.credentials import SigningKey
from tests.support.apns.key_secrets import secret_of
from tests.support.aws.emulator import running_emulator
from tests.support.aws.lambda_path import VARIABLES
from tests.support.aws.lambda_runtime import RunningFunction, running_function
from tests.support.aws.template import table_schema
from tests.support.push.events import TOPIC

ROOT = Path(__file__).parents[3]
DEVICES_TABLE, CALLS_TABLE = "devices", "calls"


@dataclass(slots=True)
class World:
    """For one cell. The tables are shared by all cells, which call different users."""

    directory: Path
    dynamodb: Any
    clock: ShiftedClock
    stubs: Stubs
    apns: ApnsSimulator
    dynamodb_proxy: HttpProxy
    secrets_proxy: HttpProxy
    sqs_proxy: HttpProxy
    rest_proxy: HttpProxy
    """JWKS and CometChat's REST API."""
    apns_proxy: TcpProxy

    def variables(self) -> dict[str, str]:
        return VARIABLES | {
            "AWS_ENDPOINT_URL_DYNAMODB": self.dynamodb_proxy.url,
            "AWS_ENDPOINT_URL_SECRETS_MANAGER": self.secrets_proxy.url,
            "AWS_ENDPOINT_URL_SQS": self.sqs_proxy.url,
            "DEVICES_TABLE": DEVICES_TABLE,
            "CALLS_TABLE": CALLS_TABLE,
            "CALLS_QUEUE_URL": f"{self.sqs_proxy.url}/000000000000/calls",
            "DEAD_LETTER_QUEUE_URL": f"{self.sqs_proxy.url}/000000000000/dead-letters",
            "APNS_PRODUCTION_URL": self.apns_proxy.url,
            "APNS_SANDBOX_URL": self.apns.sandbox_url,
            "APNS_CA_FILE": str(self.apns.ca_file),
            "COMETCHAT_API_URL": f"{self.rest_proxy.url}/v3",
            "COMETCHAT_API_SECRET_ARN": "rest-key",
            "TOKEN_ISSUER": credentials.ISSUER,
            "TOKEN_AUDIENCE": credentials.AUDIENCE,
            "TOKEN_JWKS_URL": f"{self.rest_proxy.url}/jwks.json",
            "ACCEPT_COMETCHAT_TOKENS": "true",
        }

    @contextmanager
    def function(self, name: str) -> Iterator[RunningFunction]:
        """A cold environment of a real function."""
        variables = self.variables() | {
            "AWS_LAMBDA_FUNCTION_NAME": name,
            "FAULTS_FUNCTION": name,
            "FAULTS_OFFSET_S": str(self.clock.offset_s),
        }
        output = self.directory / f"{name}-{secrets.token_hex(4)}.log"
        paths = [ROOT / "functions", ROOT]
        with running_function("tests.programs.faults.shifted_clock.handler", variables, paths, output) as function:
            yield function

    def new_phone(self, uid: str) -> str:
        """The device token of a phone registered an hour ago."""
        token = secrets.token_hex(32)
        registered_at_ms = self.clock.now_ms() - 3_600_000
        device = Device(
            uid=uid,
            token=token,
            environment="production",
            topic=TOPIC,
            registered_at_ms=registered_at_ms,
            expires_at_s=registered_at_ms // 1000 + KEEP_S,
        )
        self.dynamodb.put_item(TableName=DEVICES_TABLE, Item=device.to_item())
        return token


@contextmanager
def running_dynamodb(directory: Path) -> Iterator[str]:
    """The emulator's URL, with the tables of the template."""
    with running_emulator(directory) as url:
        client = emulated_aws.client("dynamodb", url)
        client.create_table(TableName=DEVICES_TABLE, **table_schema("DevicesTable"))
        client.create_table(TableName=CALLS_TABLE, **table_schema("CallsTable"))
        yield url


@contextmanager
def new_world(directory: Path, dynamodb_url: str) -> Iterator[World]:
    clock, stubs, key = ShiftedClock(), Stubs(), SigningKey()
    stubs.secrets = {
        VARIABLES["APNS_KEY_SECRET_ARN"]: secret_of(key),
        VARIABLES["WEBHOOK_SECRET_ARN"]: json.dumps(asdict(credentials.WEBHOOK)),
        "rest-key": json.dumps({"rest_api_key": secrets.token_hex(20)}),
    }
    stubs.jwks = {"keys": [credentials.jwk()]}
    with ExitStack() as stack:
        services = stack.enter_context(serve(stubs.response))
        apns = stack.enter_context(
            ApnsSimulator(directory / "apns", [key.registered(topics=[TOPIC])], clock=clock.now_s, seed=1)
        )
        yield World(
            directory,
            emulated_aws.client("dynamodb", dynamodb_url),
            clock,
            stubs,
            apns,
            dynamodb_proxy=stack.enter_context(HttpProxy(dynamodb_url)),
            secrets_proxy=stack.enter_context(HttpProxy(services)),
            sqs_proxy=stack.enter_context(HttpProxy(services)),
            rest_proxy=stack.enter_context(HttpProxy(services)),
            apns_proxy=stack.enter_context(TcpProxy(apns.production_url)),
        )


def timed_invoke(world: World, function: RunningFunction, event: object) -> tuple[Any, float]:
    """What the handler returns, or the error that it raises; and how long it took in seconds."""
    started_s = time.monotonic()
    answer = function.invoke({"offset_s": world.clock.offset_s, "event": event})
    if "took_s" not in answer:
        return answer, time.monotonic() - started_s
    return answer["result"], answer["took_s"]
