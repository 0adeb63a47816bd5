"""The emulator with the tables that the cells share."""

from collections.abc import Iterator

import pytest

from tests.programs.faults.world import running_dynamodb


@pytest.fixture(scope="session")
def dynamodb_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_dynamodb(tmp_path_factory.mktemp("dynamodb")) as url:
        yield url
