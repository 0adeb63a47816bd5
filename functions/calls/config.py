"""The calls function's settings."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from shared.settings import Settings


@dataclass(frozen=True, slots=True)
class Config:
    calls_table: str

    @classmethod
    def read(cls, variables: Mapping[str, str]) -> Self:
        """Raises `ConfigurationError`."""
        settings = Settings(variables)
        config = cls(calls_table=settings.text("CALLS_TABLE"))
        settings.check()
        return config
