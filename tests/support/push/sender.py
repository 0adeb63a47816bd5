"""The part of the push function that talks to APNs, as one cold environment has it."""

import asyncio
import ssl
from collections.abc import Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

from apns_simulator import ApnsSimulator
from push.apns.client import Apns, VoipPush
from push.apns.http2 import Http2Transport
from push.apns.key import ApnsKeySecret
from push.apns.outcomes import Outcome
from push.apns.provider_token import ProviderTokens
from push.delivery import Delivery
from push.ports import Deadlines
from push.results import Verdict
from shared.clock import Clock, now_ms
from shared.devices import ApnsEnvironment
from shared.ring_items import PhoneState
from shared.secrets import Secret
from tests.support.apns.credentials import SigningKey
from tests.support.apns.key_secrets import secret_of
from tests.support.aws.secrets_manager import SECRET_ARN, FakeSecretsManager
from tests.support.push.events import TOKEN, TOPIC
from tests.support.push.rings import ring_of

APNS_ID = "5c2d8f57-1b1f-5f0e-9f43-0d1b1c2f9a10"


def voip_push(token: str = TOKEN, **changes: Any) -> VoipPush:
    fields = {"topic": TOPIC, "apns_id": APNS_ID, "payload": b'{"aps":{}}', "expires_at_s": now_ms() // 1000 + 30}
    return VoipPush(token, **fields | changes)


class PushSender:
    """One event loop and what lives on it. `store` holds the key; `clock` is that of the provider tokens."""

    @classmethod
    def to(cls, apns: ApnsSimulator, key: SigningKey, **options: Any) -> Self:
        urls: dict[ApnsEnvironment, str] = {"production": apns.production_url, "sandbox": apns.sandbox_url}
        return cls(urls, apns.ca_file, secret_of(key), **options)

    def __init__(
        self, urls: dict[ApnsEnvironment, str], ca_file: Path | None, secret: str, *, clock: Clock = now_ms
    ) -> None:
        tls = ssl.create_default_context(cafile=ca_file)
        self.store = FakeSecretsManager({"AWSCURRENT": secret})
        keys = ApnsKeySecret(Secret(self.store, SECRET_ARN, clock), clock)
        transports = {name: Http2Transport(url, tls, now_ms) for name, url in urls.items()}
        self.apns = Apns(urls, transports, keys, ProviderTokens(clock))
        self._runner = asyncio.Runner()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._runner.close()

    def run[T](self, work: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(work)

    def push(
        self, push: VoipPush | None = None, environment: ApnsEnvironment = "production", *, timeout_s: float = 3
    ) -> Outcome:
        return self.run(self.apns.push(push or voip_push(), environment, write_within_s=timeout_s, timeout_s=timeout_s))

    def push_all(self, tokens: list[str], *, timeout_s: float = 5) -> list[Outcome]:
        """At the same time."""

        async def all_of_them() -> list[Outcome]:
            pushes = [
                self.apns.push(voip_push(token), "production", write_within_s=timeout_s, timeout_s=timeout_s)
                for token in tokens
            ]
            return await asyncio.gather(*pushes)

        return self.run(all_of_them())

    def deliver(
        self, push: VoipPush | None = None, environment: ApnsEnvironment = "production", *, within_s: float = 5
    ) -> Verdict:
        until_ms = now_ms() + round(within_s * 1000)
        deadlines = replace(Deadlines.of_invocation(until_ms), send_until_ms=until_ms)
        delivery = Delivery(
            ring_of(now_ms, apns=self.apns, deadlines=deadlines),
            push or voip_push(),
            environment,
            "phone",
            notes=Notes(),
            still_ringing=AlwaysRinging(),
            may_have_rung=False,
        )
        return self.run(delivery.run())


class AlwaysRinging:
    write_within_s = 0.5

    async def check(self) -> bool:
        return True


class Notes(dict[str, PhoneState]):
    def __missing__(self, phone: str) -> PhoneState:
        return PhoneState()

    async def reserve(self) -> bool:
        return True
