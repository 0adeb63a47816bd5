"""One emulator of AWS for all integration tests: their own, or one that runs already (VOIP_EMULATOR, its URL)."""

import os
from collections.abc import Iterator

import pytest

from tests.support.aws.emulator import running_emulator


@pytest.fixture(scope="session")
def aws_endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if running := os.environ.get("VOIP_EMULATOR"):
        yield running
        return
    with running_emulator(tmp_path_factory.mktemp("emulator")) as url:
        yield url
