"""The calls table in two implementations of DynamoDB: the emulator's, and dynalite, which was not written for us."""

import shutil
import socket
import subprocess
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from push.claims import DynamoClaims
from push.claims_of_0_1 import DynamoClaimsOf01
from shared import aws
from shared.call_ends_table import DynamoCallEnds
from shared.time_limits import TimeLimits
from tests.support.aws.template import table_schema
from tests.support.clocks import NOON_MS

NODE = Path(__file__).parent / "node"
_START_S = 20


@pytest.fixture(scope="session", params=["emulator", "dynalite"])
def dynamodb(request: pytest.FixtureRequest) -> Iterator[Any]:
    """A client as the functions make it."""
    endpoint: str = request.getfixturevalue("aws_endpoint" if request.param == "emulator" else "dynalite")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", endpoint)
        patch.setenv("AWS_ACCESS_KEY_ID", "test")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        client = aws.client("dynamodb", TimeLimits(connect_s=1, read_s=10, attempts=2))
        yield client if request.param == "emulator" else WithRefusedItems(client)


class WithRefusedItems:
    """dynalite is older than `ReturnValuesOnConditionCheckFailure`: the item that it leaves out is read after it."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def update_item(self, **request: Any) -> Any:
        wanted = request.pop("ReturnValuesOnConditionCheckFailure", None)
        try:
            return self._client.update_item(**request)
        except self._client.exceptions.ConditionalCheckFailedException as refusal:
            if wanted:
                found = self._client.get_item(TableName=request["TableName"], Key=request["Key"], ConsistentRead=True)
                refusal.response["Item"] = found["Item"]
            raise


@pytest.fixture(scope="session")
def dynalite() -> Iterator[str]:
    if not (shutil.which("node") and shutil.which("npm")):
        reason = "node and npm are not installed: the calls table was not tested with dynalite"
        print(reason)
        pytest.skip(reason)
    if not (NODE / "node_modules").exists():
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=NODE, check=True, timeout=120)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [NODE / "node_modules" / ".bin" / "dynalite", "--port", str(port), "--createTableMs", "0"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_until_open(port, process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=10)


def _wait_until_open(port: int, process: subprocess.Popen[bytes]) -> None:
    give_up_at = time.monotonic() + _START_S
    while time.monotonic() < give_up_at and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("dynalite did not start")


@pytest.fixture(scope="session")
def calls_table(dynamodb: Any) -> str:
    name = f"calls-{uuid.uuid4()}"
    dynamodb.create_table(TableName=name, **table_schema("CallsTable"))
    dynamodb.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})
    return name


@pytest.fixture
def claims(dynamodb: Any, calls_table: str) -> DynamoClaims:
    return DynamoClaims(dynamodb, calls_table)


@pytest.fixture
def claims_of_0_1(dynamodb: Any, calls_table: str) -> DynamoClaimsOf01:
    """In an environment that started after noon's calls had begun."""
    return DynamoClaimsOf01(dynamodb, calls_table, started_at_ms=NOON_MS + 1)


@pytest.fixture
def ends(dynamodb: Any, calls_table: str) -> DynamoCallEnds:
    return DynamoCallEnds(dynamodb, calls_table)
