"""One VoIP push to one device, and what APNs answers."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Protocol

import httpx

from push.apns.http2.errors import RequestReturned
from push.apns.key import ApnsKeySecret
from push.apns.outcomes import Accepted, CannotSend, NotSent, NotTaken, Outcome, Rejected, Unknown
from push.apns.provider_token import ProviderTokens
from push.errors import ApnsKeyUnusable
from shared.devices import ApnsEnvironment
from shared.errors import SecretUnavailable
from shared.observability import count

KEY_MAX_AGE_AFTER_REFUSAL_MS = 60_000


@dataclass(frozen=True, slots=True)
class VoipPush:
    """What Apple receives. `expires_at_s` is the moment after which APNs need not deliver it any more."""

    token: str
    topic: str
    apns_id: str
    payload: bytes
    expires_at_s: int


class Transport(Protocol):
    """`push.apns.http2.Http2Transport`, for one of APNs' two hosts."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response: ...
    def prepare(self, authorization: str) -> None: ...
    def renew(self) -> None: ...


class Apns:
    def __init__(
        self,
        urls: Mapping[ApnsEnvironment, str],
        transports: Mapping[ApnsEnvironment, Transport],
        keys: ApnsKeySecret,
        tokens: ProviderTokens,
    ) -> None:
        self._urls = {environment: httpx.URL(url) for environment, url in urls.items()}
        self._transports = transports
        self._keys = keys
        self._tokens = tokens
        self._used_last: ApnsEnvironment = "production"

    def has_key_for(self, environment: ApnsEnvironment) -> bool:
        return environment in self._keys.kept

    async def prepare(self) -> None:
        """Reads the key and opens a connection to the host that was used last, for pushes that will come soon."""
        try:
            key = (await self._keys.keys()).get(self._used_last)
        except (ApnsKeyUnusable, SecretUnavailable):
            return  # the push will tell
        if key is not None:
            self._transports[self._used_last].prepare(f"bearer {self._tokens.token(key)}")

    async def push(
        self, push: VoipPush, environment: ApnsEnvironment, *, write_within_s: float, timeout_s: float
    ) -> Outcome:
        """Sends the push unless it can't be written within `write_within_s`. All of it ends within `timeout_s`."""
        gives_up_at_s = monotonic() + timeout_s
        try:
            async with asyncio.timeout(timeout_s):
                key = (await self._keys.keys()).get(environment)
        except TimeoutError:
            return NotSent("the APNs key is unavailable: no answer in time")
        except ApnsKeyUnusable as error:
            return CannotSend(str(error))
        except SecretUnavailable as error:
            return NotSent(f"the APNs key is unavailable: {error}")
        if key is None:
            return CannotSend(f"there is no APNs key for {environment}")
        provider_token = self._tokens.token(key)
        request = httpx.Request(
            "POST",
            self._urls[environment],
            headers={
                "apns-topic": push.topic,
                "apns-push-type": "voip",
                "apns-priority": "10",
                "apns-expiration": str(push.expires_at_s),
                "apns-id": push.apns_id,
                "authorization": f"bearer {provider_token}",
            },
            content=push.payload,
            # The path holds the device token: outside the URL it is in no log, and httpx has nothing to parse.
            extensions={
                "target": f"/3/device/{push.token}".encode(),
                "timeout": {"pool": write_within_s, "read": gives_up_at_s - monotonic()},
            },
        )
        self._used_last = environment
        try:
            response = await self._transports[environment].handle_async_request(request)
        except RequestReturned as error:
            return NotTaken(_name(error))
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            return NotSent(_name(error))
        except (httpx.TransportError, TimeoutError) as error:
            return Unknown(_name(error))
        return _read(response, provider_token)

    async def new_connection(self, environment: ApnsEnvironment) -> None:
        self._transports[environment].renew()

    async def new_provider_token(self, environment: ApnsEnvironment, *, refused: str) -> bool:
        """After "expired", which our clock must have caused. False if the refused one is younger than 20 minutes."""
        if self._provider_token(environment) == refused and self._tokens.renew():
            count("ClockSkews")
        return self._provider_token(environment) != refused

    async def read_key_again(self, environment: ApnsEnvironment, *, refused: str) -> bool:
        """After a refusal of the key. True if there is another one now, read by this push or by one beside it."""
        if self._provider_token(environment) == refused:
            await self._keys.refresh(max_age_ms=KEY_MAX_AGE_AFTER_REFUSAL_MS)
        return self._provider_token(environment) != refused

    def _provider_token(self, environment: ApnsEnvironment) -> str:
        key = self._keys.kept.get(environment)
        return self._tokens.token(key) if key else ""


def _name(error: Exception) -> str:
    """Without its message, in which httpx may quote what was sent."""
    return type(error).__name__


def _read(response: httpx.Response, provider_token: str) -> Outcome:
    if response.status_code == 200:
        return Accepted()
    try:
        body = json.loads(response.content)
        reason, timestamp_ms = body["reason"], body.get("timestamp")
    except (ValueError, TypeError, KeyError, AttributeError):
        reason, timestamp_ms = "", None
    return Rejected(
        status=response.status_code,
        reason=reason if isinstance(reason, str) else "",
        timestamp_ms=timestamp_ms if isinstance(timestamp_ms, int) else None,
        provider_token=provider_token,
    )
