"""What the functions of a running stack have logged: every line."""

from collections.abc import Iterator

from ops.stack import emulated_aws
from ops.stack.description import StackDescription

# The emulator's pages of log events are full but for the last one.
_PAGE = 10_000

type Line = tuple[str, str]
"""Where it is, and what it says."""


def all_log_lines(description: StackDescription) -> Iterator[Line]:
    """Of all functions."""
    groups = description.log_groups
    for group in (groups.webhook, groups.push, groups.tokens, groups.calls, groups.authorizer):
        yield from ((group, line) for line in log_lines(description, group))


def log_lines(description: StackDescription, group: str) -> Iterator[str]:
    """Stream by stream, since the emulator ends a filtered reading after 10,000 events without a word."""
    client = emulated_aws.client("logs", description.aws_endpoint_url)
    for page in client.get_paginator("describe_log_streams").paginate(logGroupName=group):
        for stream in page["logStreams"]:
            token: dict[str, str] = {}
            while True:
                response = client.get_log_events(
                    logGroupName=group, logStreamName=stream["logStreamName"], startFromHead=True, **token
                )
                yield from (event["message"] for event in response["events"])
                if len(response["events"]) < _PAGE:
                    break
                token = {"nextToken": response["nextForwardToken"]}
