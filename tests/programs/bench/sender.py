"""Drives the push function's own sender against any server that speaks like APNs; prints one JSON line."""

import asyncio
import json
import ssl
import sys
import time
import uuid
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "functions"), str(ROOT)]

from push.apns.client import Apns, VoipPush  # noqa: E402
from push.apns.http2 import Http2Transport  # noqa: E402
from push.apns.key import ApnsKeys  # noqa: E402
from push.apns.outcomes import Accepted  # noqa: E402
from push.apns.provider_token import ProviderTokens  # noqa: E402
from shared.clock import now_ms  # noqa: E402
from shared.devices import ApnsEnvironment  # noqa: E402
from tests.programs.bench.arguments import PAYLOAD, TIMEOUT_S, apns_key, device, measure, parse_arguments  # noqa: E402


class KeyFromFile:
    """As `push.apns.key.ApnsKeySecret`, without Secrets Manager."""

    def __init__(self, keys: ApnsKeys) -> None:
        self.kept = keys

    async def keys(self) -> ApnsKeys:
        return self.kept


async def main() -> None:
    arguments = parse_arguments("push.apns.client")
    urls: dict[ApnsEnvironment, str] = {"production": arguments.apns_url}
    transport = Http2Transport(arguments.apns_url, ssl.create_default_context(cafile=arguments.ca), now_ms)
    keys = KeyFromFile({"production": apns_key(arguments)})
    apns = Apns(urls, {"production": transport}, keys, ProviderTokens(now_ms))
    payload = json.dumps(PAYLOAD).encode()

    async def push(number: int) -> bool:
        voip_push = VoipPush(device(number), arguments.topic, str(uuid.uuid4()), payload, int(time.time()) + 30)
        return isinstance(
            await apns.push(voip_push, "production", write_within_s=TIMEOUT_S, timeout_s=TIMEOUT_S), Accepted
        )

    print(await measure(push, pushes=arguments.pushes, in_flight=arguments.in_flight))


if __name__ == "__main__":
    asyncio.run(main())
