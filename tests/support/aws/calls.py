"""The calls to AWS that the functions have made on the local stack: from CloudTrail, which the emulator plays too.

Every function names itself in the SDK's user agent, by AWS_SDK_UA_APP_ID in template.yaml.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx

from ops.stack.description import StackDescription

_TARGET = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents"


@dataclass(frozen=True, slots=True)
class AwsCall:
    function: str
    service: str
    """As in IAM's actions: sqs, dynamodb, secretsmanager."""
    operation: str
    parameters: dict[str, Any]


def calls_of_functions(description: StackDescription) -> list[AwsCall]:
    """Those among the latest 50,000 calls, whoever made them."""
    calls = []
    named = re.compile(r"\bapp/voip-push-(webhook|push|tokens|calls|authorizer)(?!\S)")
    for event in _events(description):
        record = json.loads(event["CloudTrailEvent"])
        if by := named.search(record["userAgent"]):
            service = record["eventSource"].removesuffix(".amazonaws.com")
            calls.append(AwsCall(by[1], service, event["EventName"], record["requestParameters"]))
    return calls


def _events(description: StackDescription) -> Iterator[dict[str, Any]]:
    """Newest first. Page by page to ever earlier times, since the emulator has no NextToken."""
    seen: set[str] = set()
    # For an access key the emulator's functions have the account's number.
    account = description.queues.calls.split("/")[-2]
    by_functions = [{"AttributeKey": "AccessKeyId", "AttributeValue": account}]
    query: dict[str, Any] = {"LookupAttributes": by_functions, "MaxResults": 50}
    with httpx.Client(trust_env=False, timeout=30) as client:
        while True:
            response = client.post(
                description.aws_endpoint_url,
                json=query,
                headers={"X-Amz-Target": _TARGET, "Content-Type": "application/x-amz-json-1.1"},
            )
            response.raise_for_status()
            page = response.json()["Events"]
            new = [event for event in page if event["EventId"] not in seen]
            if not new:
                return
            yield from new
            seen |= {event["EventId"] for event in new}
            # botocore would send whole seconds, in each of which there are more than a page.
            query["EndTime"] = page[-1]["EventTime"]
