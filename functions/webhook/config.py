"""The webhook function's settings."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from shared.settings import Settings


@dataclass(frozen=True, slots=True)
class Config:
    calls_queue_url: str
    webhook_secret_arn: str

    @classmethod
    def read(cls, variables: Mapping[str, str]) -> Self:
        """Raises `ConfigurationError`."""
        settings = Settings(variables)
        config = cls(
            calls_queue_url=settings.text("CALLS_QUEUE_URL"),
            webhook_secret_arn=settings.text("WEBHOOK_SECRET_ARN"),
        )
        settings.check()
        return config
