"""One VoIP push to one device, and what APNs says to it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import httpx

from push.apns.key import ApnsKeySecret
from push.apns.outcomes import Accepted, CannotSend, NotSent, Outcome, Rejected, Unknown
from push.apns.provider_token import ProviderTokens
from shared.devices import ApnsEnvironment
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


class Connections(Protocol):
    async def post(
        self, path: str, headers: dict[str, str], content: bytes, *, authorization: str, timeout_s: float
    ) -> httpx.Response: ...
    async def renew(self) -> None: ...


class Apns:
    """APNs' two hosts. Raises `ApnsKeyUnusable` or `SecretUnavailable` where a key is needed and can't be had."""

    def __init__(
        self,
        hosts: Mapping[ApnsEnvironment, Connections],
        keys: ApnsKeySecret,
        tokens: ProviderTokens,
    ) -> None:
        self._hosts = hosts
        self._keys = keys
        self._tokens = tokens

    def has_key_for(self, environment: ApnsEnvironment) -> bool:
        return environment in self._keys.keys()  # noqa: SIM118 (a method)

    async def push(self, push: VoipPush, environment: ApnsEnvironment, *, timeout_s: float) -> Outcome:
        key = self._keys.keys().get(environment)
        if key is None:
            return CannotSend(f"there is no APNs key for {environment}")
        provider_token = self._tokens.token(key)
        headers = {
            "apns-topic": push.topic,
            "apns-push-type": "voip",
            "apns-priority": "10",
            "apns-expiration": str(push.expires_at_s),
            "apns-id": push.apns_id,
        }
        try:
            response = await self._hosts[environment].post(
                f"/3/device/{push.token}",
                headers,
                push.payload,
                authorization=f"bearer {provider_token}",
                timeout_s=timeout_s,
            )
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            return NotSent(_name(error))
        except (httpx.TransportError, TimeoutError) as error:
            return Unknown(_name(error))
        return _read(response, provider_token)

    async def new_connection(self, environment: ApnsEnvironment) -> None:
        await self._hosts[environment].renew()

    async def new_provider_token(self, environment: ApnsEnvironment, *, refused: str) -> bool:
        """After "expired", which our clock must have caused. False if the refused one is younger than 20 minutes."""
        if self._provider_token(environment) == refused:
            if self._tokens.renew():
                count("ClockSkews")
            await self.new_connection(environment)
        return self._provider_token(environment) != refused

    async def read_key_again(self, environment: ApnsEnvironment, *, refused: str) -> bool:
        """After a refusal of the key. True if there is another one now, read by this push or by one beside it."""
        if self._provider_token(environment) == refused:
            self._keys.keys(max_age_ms=KEY_MAX_AGE_AFTER_REFUSAL_MS)
            await self.new_connection(environment)
        return self._provider_token(environment) != refused

    def _provider_token(self, environment: ApnsEnvironment) -> str:
        key = self._keys.keys().get(environment)
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
