"""Apple's .p8 keys, as they are stored in Secrets Manager."""

import asyncio
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from push.errors import ApnsKeyUnusable
from shared.clock import Clock
from shared.devices import APNS_ENVIRONMENTS, ApnsEnvironment
from shared.errors import SecretUnavailable
from shared.log_messages import LogMessage
from shared.observability import count, logger
from shared.secrets import CACHE_TTL_MS, UNUSABLE_CACHE_TTL_MS, Secret

_ID = re.compile(r"[A-Z0-9]{10}")


@dataclass(frozen=True, slots=True, repr=False)
class ApnsKey:
    key_id: str
    team_id: str
    private_key: EllipticCurvePrivateKey


type ApnsKeys = Mapping[ApnsEnvironment, ApnsKey]


class ApnsKeySecret:
    """The keys, kept for 5 minutes and renewed in the background, so that no ring waits for Secrets Manager.

    Keys that work are kept when Secrets Manager is out of reach, and when a new version of the secret is unusable.
    """

    def __init__(self, secret: Secret, clock: Clock) -> None:
        self._secret = secret
        self._clock = clock
        self._text: str | None = None
        self._tried_at_ms = 0
        self._refreshing: asyncio.Task[None] | None = None
        self._first_read: asyncio.Task[None] | None = None
        self.kept: ApnsKeys = {}

    async def keys(self) -> ApnsKeys:
        """Raises `ApnsKeyUnusable` or `SecretUnavailable` if there are none yet."""
        if not self.kept:
            # The phones of a call ask at the same time: one answer is enough for all of them, and so is one failure.
            if self._first_read is None or self._first_read.done():
                self._first_read = asyncio.create_task(self._read())
                self._first_read.add_done_callback(_retrieve)
            await asyncio.shield(self._first_read)
        elif self._clock() - self._tried_at_ms >= CACHE_TTL_MS and not self._is_refreshing:
            self._refreshing = asyncio.create_task(self.refresh(max_age_ms=CACHE_TTL_MS))
        return self.kept

    @property
    def _is_refreshing(self) -> bool:
        return self._refreshing is not None and not self._refreshing.done()

    async def refresh(self, *, max_age_ms: int) -> None:
        """Reads the secret again if it was read longer ago. Keeps the keys there are if that does not help."""
        if self._clock() - self._tried_at_ms < max_age_ms:
            return
        try:
            await self._read()
        except (ApnsKeyUnusable, SecretUnavailable) as error:
            _report(str(error))

    async def _read(self) -> None:
        text = await asyncio.to_thread(self._secret.value, max_age_ms=UNUSABLE_CACHE_TTL_MS) or ""
        self._tried_at_ms = self._clock()
        if not text:
            raise ApnsKeyUnusable("the secret with the APNs key is empty; put the .p8 key into it")
        if text != self._text:
            keys, problems = read_keys(text)
            self._text = text
            if problems and keys:
                _report("; ".join(problems))
            if not keys:
                self._text = None
                raise ApnsKeyUnusable("; ".join(problems))
            self.kept = keys


def _retrieve(task: asyncio.Task[None]) -> None:
    """Whoever waited may have given up, and asyncio would complain that nobody has seen the error."""
    if not task.cancelled():
        task.exception()


def _report(problem: str) -> None:
    count("ApnsConfigurationErrors")
    logger.error(LogMessage.APNS_KEY_UNUSABLE, extra={"detail": problem})


def parse_keys(text: str) -> ApnsKeys:
    """As `read_keys`, but one problem is enough. Raises `ApnsKeyUnusable`."""
    keys, problems = read_keys(text)
    if problems:
        raise ApnsKeyUnusable("; ".join(problems))
    return keys


def read_keys(text: str) -> tuple[ApnsKeys, list[str]]:
    """Reads `{"key_id", "team_id", "private_key"}`, for both environments, or `{"production": {…}, "sandbox": {…}}`.

    Apple's keys of 2025 and later are for one environment; older ones are for both. Returns the keys that can be used,
    and what is wrong with the others.
    """
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        return {}, ["the secret with the APNs key must be a JSON object"]
    problems: list[str] = []
    by_environment = {name: value[name] for name in APNS_ENVIRONMENTS if name in value}
    if by_environment:
        keys = {name: _parse_key(key, f"{name}.", problems) for name, key in by_environment.items()}
    else:
        keys = dict.fromkeys(APNS_ENVIRONMENTS, _parse_key(value, "", problems))
    return {name: key for name, key in keys.items() if key}, problems


def _parse_key(value: Any, path: str, problems: list[str]) -> ApnsKey | None:
    fields = value if isinstance(value, dict) else {}
    wrong = [
        f"{path}{name} must be 10 capital letters and digits"
        for name in ("key_id", "team_id")
        if not isinstance(fields.get(name), str) or not _ID.fullmatch(fields[name])
    ]
    private_key = _load(fields.get("private_key"))
    if private_key is None:
        wrong.append(f"{path}private_key must be the text of the .p8 file, a P-256 key in PEM")
    problems += wrong
    return None if wrong or private_key is None else ApnsKey(fields["key_id"], fields["team_id"], private_key)


def _load(pem: Any) -> EllipticCurvePrivateKey | None:
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (AttributeError, ValueError, TypeError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, EllipticCurvePrivateKey) and isinstance(key.curve, SECP256R1) else None
