"""A log line that no filter of the functions' has seen, to see that the scan of the logs finds something."""

import time

from ops.stack import emulated_aws
from ops.stack.description import StackDescription
from tests.support.aws.function_logs import log_lines
from tests.support.log_scan import Finding, LogScan

_STREAM = "planted"


def findings_of_a_canary(secret: str, scan: LogScan, description: StackDescription) -> list[Finding]:
    """What the scan finds in the log of push while the secret is there."""
    client, group = emulated_aws.client("logs", description.aws_endpoint_url), description.log_groups.push
    client.create_log_stream(logGroupName=group, logStreamName=_STREAM)
    event = {"timestamp": int(time.time() * 1000), "message": f'{{"detail": "POST /3/device/{secret}"}}'}
    try:
        client.put_log_events(logGroupName=group, logStreamName=_STREAM, logEvents=[event])
        return scan.findings((group, line) for line in log_lines(description, group))
    finally:
        client.delete_log_stream(logGroupName=group, logStreamName=_STREAM)
