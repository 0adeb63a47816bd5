"""Values from Secrets Manager, kept for a while in a warm environment."""

from collections.abc import Callable
from typing import Any, Literal

from botocore.exceptions import BotoCoreError, ClientError

from shared.clock import Clock
from shared.errors import SecretUnavailable, UnusableSecret
from shared.redaction import describe, hide_values

type Stage = Literal["AWSCURRENT", "AWSPREVIOUS"]

CACHE_TTL_MS = 300_000
# A secret that is empty or malformed may be filled or mended any moment, by whoever is setting the system up.
UNUSABLE_CACHE_TTL_MS = 5_000
# While Secrets Manager is out of reach and a value is at hand, not every call is to wait for its timeouts.
FAILURE_COOLDOWN_MS = 5_000


class Secret:
    """One secret and the version before it, so that a rotation refuses nobody."""

    def __init__(self, client: Any, arn: str, clock: Clock) -> None:
        self._client = client
        self._arn = arn
        self._clock = clock
        self._kept: dict[Stage, tuple[str | None, int]] = {}
        self._cooldown_until_ms = 0

    def parsed[T](self, parse: Callable[[str], T], *, max_age_ms: int = CACHE_TTL_MS) -> T:
        """What `parse` makes of the current version; of one without a value it gets "".

        What it raises an `UnusableSecret` for is looked at again after a few seconds. Raises that, or
        `SecretUnavailable`.
        """
        try:
            return parse(self.value(max_age_ms=max_age_ms) or "")
        except UnusableSecret:
            return parse(self.value(max_age_ms=min(max_age_ms, UNUSABLE_CACHE_TTL_MS)) or "")

    def value(self, stage: Stage = "AWSCURRENT", *, max_age_ms: int = CACHE_TTL_MS) -> str | None:
        """The text of that version, at most `max_age_ms` old. None if there is no such version.

        Raises `SecretUnavailable` when it has to be fetched and can't be, unless an older value is at hand.
        """
        kept = self._kept.get(stage)
        now_ms = self._clock()
        if kept and (now_ms - kept[1] < max_age_ms or now_ms < self._cooldown_until_ms):
            return kept[0]
        try:
            text = self._fetch(stage, again=kept is None)
        except self._client.exceptions.ResourceNotFoundException:
            text = None
        except (ClientError, BotoCoreError) as error:
            if kept:
                self._cooldown_until_ms = self._clock() + FAILURE_COOLDOWN_MS
                return kept[0]
            raise SecretUnavailable(describe(error)) from error
        if text:
            hide_values(text)
        self._kept[stage] = (text, self._clock())
        return text

    def _fetch(self, stage: Stage, *, again: bool) -> str | None:
        """`again`: once more, at once, after an error that Secrets Manager answers with; not after a silence."""
        try:
            response = self._client.get_secret_value(SecretId=self._arn, VersionStage=stage)
        except self._client.exceptions.ResourceNotFoundException:
            raise
        except ClientError:
            if not again:
                raise
            return self._fetch(stage, again=False)
        # A binary value has no SecretString.
        text: str | None = response.get("SecretString")
        return text
