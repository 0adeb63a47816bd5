"""A log line that no filter of the functions' has seen, so that the scan of the logs can be seen to find something."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from local import aws
from local.contract import Contract

_STREAM = "planted"


@contextmanager
def planted(contract: Contract, secret: str) -> Iterator[None]:
    client = aws.client("logs", contract.aws_endpoint_url)
    stream = {"logGroupName": contract.log_groups.push, "logStreamName": _STREAM}
    client.create_log_stream(**stream)
    try:
        client.put_log_events(
            **stream,
            logEvents=[{"timestamp": int(time.time() * 1000), "message": f'{{"detail": "POST /3/device/{secret}"}}'}],
        )
        yield
    finally:
        client.delete_log_stream(**stream)
