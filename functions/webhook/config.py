"""The webhook function's settings."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from shared.settings import Settings


@dataclass(frozen=True, slots=True)
class Config:
    calls_queue_url: str
    webhook_secret_arn: str
    calls_table: str
    ring_ms: int

    @classmethod
    def read(cls, variables: Mapping[str, str]) -> Self:
        """Raises `ConfigurationError`."""
        settings = Settings(variables)
        config = cls(
            calls_queue_url=settings.text("CALLS_QUEUE_URL"),
            webhook_secret_arn=settings.text("WEBHOOK_SECRET_ARN"),
            calls_table=settings.text("CALLS_TABLE"),
            ring_ms=settings.integer("RING_SECONDS", minimum=15, maximum=120) * 1000,
        )
        settings.check()
        return config
