"""Calls from the queue, to the phones."""

import asyncio
import os
import ssl
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from push.apns.client import Apns
from push.apns.host import ApnsHost
from push.apns.key import ApnsKeySecret
from push.apns.provider_token import ProviderTokens
from push.batch import Worker
from push.calls import DynamoCalls
from push.config import Config
from push.devices import DynamoDevices
from push.group_fan_out import GroupCalls
from push.group_members import CometChatGroupMembers
from push.queue import Message, SqsQueue
from push.ring_device import Ports
from shared import aws
from shared.clock import now_ms
from shared.observability import reported
from shared.secrets import Secret

# As many calls to DynamoDB at once as a large group call needs; boto waits in threads.
THREADS = 32


def _build(config: Config) -> Worker:
    tls = ssl.create_default_context(cafile=config.apns_ca_file or None)
    dynamodb = aws.client("dynamodb", connect_timeout_s=0.5, read_timeout_s=1, attempts=2)
    secrets = aws.client("secretsmanager")
    keys = ApnsKeySecret(Secret(secrets, config.apns_key_secret_arn, now_ms))
    hosts = {name: ApnsHost(url, tls, now_ms) for name, url in config.apns_urls.items()}
    queue = SqsQueue(aws.client("sqs"), config.calls_queue_url, config.dead_letter_queue_url)
    return Worker(
        ports=Ports(
            devices=DynamoDevices(dynamodb, config.devices_table, now_ms),
            calls=DynamoCalls(dynamodb, config.calls_table),
            apns=Apns(hosts, keys, ProviderTokens(now_ms)),
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


# One event loop for the life of the environment: connections to APNs belong to the loop they were opened on.
_runner = asyncio.Runner()
_runner.get_loop().set_default_executor(ThreadPoolExecutor(THREADS))
_worker = _build(Config.read(os.environ))


@reported
def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    messages = [Message.from_record(record) for record in event["Records"]]
    failed = _runner.run(_worker.process(messages, remaining_ms=context.get_remaining_time_in_millis()))
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}
