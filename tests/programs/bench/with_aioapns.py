"""The same with aioapns."""

import asyncio
import logging
import ssl
import sys
from pathlib import Path
from urllib.parse import urlsplit

import aioapns
from aioapns.connection import APNsProductionClientProtocol

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "functions"), str(ROOT)]

from tests.programs.bench.arguments import PAYLOAD, device, measure, parse_arguments  # noqa: E402

logging.disable()


async def main() -> None:
    arguments = parse_arguments("aioapns")
    address = urlsplit(arguments.apns_url)
    tls = ssl.create_default_context(cafile=arguments.ca)
    tls.set_alpn_protocols(["h2"])

    class Protocol(APNsProductionClientProtocol):
        APNS_SERVER = address.hostname or ""
        APNS_PORT = address.port or 443

    client = aioapns.APNs(
        key=arguments.key.read_text(),
        key_id=arguments.key_id,
        team_id=arguments.team_id,
        topic=arguments.topic,
        ssl_context=tls,
        # Pushes at the same time are not spread over new connections, which would be measured with them.
        max_connections=1,
    )
    client.pool.protocol_class = Protocol

    async def push(number: int) -> bool:
        request = aioapns.NotificationRequest(
            device(number), PAYLOAD, time_to_live=30, priority=10, push_type=aioapns.PushType.VOIP
        )
        return (await client.send_notification(request)).is_successful

    print(await measure(push, pushes=arguments.pushes, in_flight=arguments.in_flight))
    client.pool.close()


if __name__ == "__main__":
    asyncio.run(main())
