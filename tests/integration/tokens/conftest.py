"""A devices table as template.yaml describes it, and the registry that keeps it."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.aws.devices_table import DevicesTable
from tests.support.aws.emulator import aws_client
from tests.support.aws.template import table_schema
from tests.support.clocks import MovedClock


@pytest.fixture(scope="session")
def dynamodb(aws_endpoint: str) -> Any:
    return aws_client("dynamodb", aws_endpoint)


@pytest.fixture
def table(dynamodb: Any) -> Iterator[DevicesTable]:
    name = f"devices-{uuid.uuid4()}"
    dynamodb.create_table(TableName=name, **table_schema("DevicesTable"))
    yield DevicesTable(dynamodb, name, MovedClock())
    dynamodb.delete_table(TableName=name)
