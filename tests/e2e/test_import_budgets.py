"""What each function imports before its first event, with its layers and the runtime's packages alone.

A cold start is made of that.
Lists and numbers, no times: they say the same on every machine. A number that has to grow is grown here, on purpose.
"""

from pathlib import Path

import pytest

from ops.stack.directory import StackDirectory
from tests.support.aws.lambda_path import link_runtime, modules_after_init

# boto3 adds nothing to botocore here, s3transfer is most of what it costs, and the X-Ray SDK costs more than all else.
NOBODY = {"boto3", "s3transfer", "aws_xray_sdk", "pydantic", "requests", "unittest"}
SIGNATURES = {"cryptography", "jwt"}
HTTP2 = {"httpx", "httpcore", "anyio", "h11", "h2", "jh2"}

FORBIDDEN = {
    "webhook": NOBODY | SIGNATURES | HTTP2 | {"asyncio", "push", "tokens", "calls", "authorizer"},
    "push": NOBODY | {"h2", "rich", "click", "webhook", "tokens", "calls", "authorizer"},
    "tokens": NOBODY | SIGNATURES | HTTP2 | {"asyncio", "push", "webhook", "calls", "authorizer"},
    "calls": NOBODY | SIGNATURES | HTTP2 | {"asyncio", "push", "webhook", "tokens", "authorizer"},
    "authorizer": NOBODY | HTTP2 | {"asyncio", "push", "webhook", "tokens", "calls"},
}
# Python's own modules, botocore and Powertools are most of it.
AT_MOST = {"webhook": 380, "push": 560, "tokens": 375, "calls": 375, "authorizer": 275}


@pytest.fixture(scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("lambda") / "runtime"
    link_runtime(directory)
    return directory


@pytest.mark.parametrize("function", FORBIDDEN)
def test_a_function_imports_no_more_than_it_needs(
    stack_directory: StackDirectory, runtime: Path, function: str
) -> None:
    modules = modules_after_init(stack_directory.build, runtime, function)

    assert {name.partition(".")[0] for name in modules} & FORBIDDEN[function] == set()
    assert len(modules) <= AT_MOST[function]
