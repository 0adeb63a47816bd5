"""One emulator of AWS for all integration tests."""

from collections.abc import Iterator

import pytest

from tests.support.aws.emulator import running_emulator


@pytest.fixture(scope="session")
def aws_endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_emulator(tmp_path_factory.mktemp("emulator")) as url:
        yield url
