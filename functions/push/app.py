"""Calls from the queue, to the phones."""

import asyncio
import os
import ssl
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from push.apns.client import Apns
from push.apns.http2 import Http2Transport
from push.apns.key import ApnsKeySecret
from push.apns.provider_token import ProviderTokens
from push.batch import Worker
from push.claims import DynamoClaims
from push.claims_of_0_1 import DynamoClaimsOf01
from push.config import Config
from push.devices import DynamoDevices
from push.group_fan_out import GroupCalls
from push.group_members import CometChatGroupMembers
from push.ports import Ports
from push.queue import Message, SqsQueue
from shared import aws, time_limits
from shared.call_ends_table import DynamoCallEnds
from shared.clock import now_ms
from shared.observability import reported
from shared.secrets import Secret


def _build(config: Config) -> Worker:
    tls = ssl.create_default_context(cafile=config.apns_ca_file or None)
    dynamodb = aws.client("dynamodb", time_limits.RING_TABLES)
    secrets = aws.client("secretsmanager", time_limits.READ_SECRET)
    keys = ApnsKeySecret(Secret(secrets, config.apns_key_secret_arn, now_ms), now_ms)
    transports = {name: Http2Transport(url, tls, now_ms) for name, url in config.apns_urls.items()}
    queue = SqsQueue(aws.client("sqs", time_limits.RING_QUEUE), config.calls_queue_url, config.dead_letter_queue_url)
    return Worker(
        ports=Ports(
            devices=DynamoDevices(dynamodb, config.devices_table, now_ms),
            claims=DynamoClaims(dynamodb, config.calls_table),
            claims_of_0_1=DynamoClaimsOf01(dynamodb, config.calls_table, started_at_ms=now_ms()),
            ends=DynamoCallEnds(dynamodb, config.calls_table),
            apns=Apns(config.apns_urls, transports, keys, ProviderTokens(now_ms)),
            clock=now_ms,
            payload_profile=config.payload_profile,
        ),
        queue=queue,
        groups=GroupCalls(_group_members(config, secrets), queue, now_ms, config.group_member_limit),
        ring_ms=config.ring_ms,
    )


def _group_members(config: Config, secrets: Any) -> CometChatGroupMembers | None:
    if not config.cometchat_api_url:
        return None
    return CometChatGroupMembers(config.cometchat_api_url, Secret(secrets, config.cometchat_api_secret_arn, now_ms))


# botocore waits in threads: a batch of ten calls, each with three look-ups at once.
# One event loop for the life of the environment: connections to APNs belong to the loop they were opened on.
_runner = asyncio.Runner()
_runner.get_loop().set_default_executor(ThreadPoolExecutor(aws.CONNECTIONS))
_worker = _build(Config.read(os.environ))


@reported
def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    messages = [Message.from_record(record) for record in event["Records"]]
    failed = _runner.run(_worker.process(messages, remaining_ms=context.get_remaining_time_in_millis()))
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}
