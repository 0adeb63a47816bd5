"""The same with stock httpx[http2], as an application would use it."""

import asyncio
import json
import ssl
import sys
import time
import uuid
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "functions"), str(ROOT)]

from push.apns.provider_token import ProviderTokens  # noqa: E402
from shared.clock import now_ms  # noqa: E402
from tests.programs.bench.arguments import PAYLOAD, TIMEOUT_S, apns_key, device, measure, parse_arguments  # noqa: E402


async def main() -> None:
    arguments = parse_arguments("stock httpx")
    key, tokens = apns_key(arguments), ProviderTokens(now_ms)
    payload = json.dumps(PAYLOAD).encode()
    tls = ssl.create_default_context(cafile=arguments.ca)
    async with httpx.AsyncClient(
        base_url=arguments.apns_url, verify=tls, http1=False, http2=True, timeout=TIMEOUT_S
    ) as client:

        async def push(number: int) -> bool:
            headers = {
                "authorization": f"bearer {tokens.token(key)}",
                "apns-topic": arguments.topic,
                "apns-push-type": "voip",
                "apns-priority": "10",
                "apns-expiration": str(int(time.time()) + 30),
                "apns-id": str(uuid.uuid4()),
            }
            response = await client.post(f"/3/device/{device(number)}", headers=headers, content=payload)
            return response.status_code == 200

        print(await measure(push, pushes=arguments.pushes, in_flight=arguments.in_flight))


if __name__ == "__main__":
    asyncio.run(main())
