"""Values from Secrets Manager, kept for a while in a warm environment."""

from typing import Any, Literal

from botocore.exceptions import BotoCoreError, ClientError

from shared.clock import Clock
from shared.redaction import describe, hide_values

type Stage = Literal["AWSCURRENT", "AWSPREVIOUS"]

KEEP_MS = 300_000
# A secret without a value may get one any moment, by whoever is setting the system up.
KEEP_ABSENCE_MS = 5_000
# While Secrets Manager is out of reach and a value is at hand, not every call is to wait for its timeouts.
LEAVE_ALONE_MS = 5_000


class SecretUnavailable(Exception):
    """Secrets Manager could not be asked; trying again later may help."""


class Secret:
    """One secret and the version before it, so that a rotation refuses nobody."""

    def __init__(self, client: Any, arn: str, clock: Clock) -> None:
        self._client = client
        self._arn = arn
        self._clock = clock
        self._kept: dict[Stage, tuple[str | None, int]] = {}
        self._leave_alone_until_ms = 0

    def value(self, stage: Stage = "AWSCURRENT", *, max_age_ms: int = KEEP_MS) -> str | None:
        """The text of that version, at most `max_age_ms` old. None if there is no such version.

        Raises `SecretUnavailable` when it has to be fetched and can't be, unless an older value is at hand.
        """
        kept = self._kept.get(stage)
        if kept and kept[0] is None and stage == "AWSCURRENT":
            max_age_ms = min(max_age_ms, KEEP_ABSENCE_MS)
        now_ms = self._clock()
        if kept and (now_ms - kept[1] < max_age_ms or now_ms < self._leave_alone_until_ms):
            return kept[0]
        try:
            # A binary value has no SecretString.
            text: str | None = self._client.get_secret_value(SecretId=self._arn, VersionStage=stage).get("SecretString")
        except self._client.exceptions.ResourceNotFoundException:
            text = None
        except (ClientError, BotoCoreError) as error:
            if kept:
                self._leave_alone_until_ms = self._clock() + LEAVE_ALONE_MS
                return kept[0]
            raise SecretUnavailable(describe(error)) from error
        if text:
            hide_values(text)
        self._kept[stage] = (text, self._clock())
        return text
