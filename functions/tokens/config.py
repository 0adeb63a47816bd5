"""The tokens function's settings."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self, cast

from shared.devices import APNS_ENVIRONMENTS, ApnsEnvironment
from shared.settings import Settings


@dataclass(frozen=True, slots=True)
class Config:
    devices_table: str
    voip_topic: str
    default_environment: ApnsEnvironment

    @classmethod
    def read(cls, variables: Mapping[str, str]) -> Self:
        """Raises `ConfigurationError`."""
        settings = Settings(variables)
        config = cls(
            devices_table=settings.text("DEVICES_TABLE"),
            voip_topic=f"{settings.text('BUNDLE_ID')}.voip",
            default_environment=cast(ApnsEnvironment, settings.one_of("DEFAULT_APNS_ENVIRONMENT", APNS_ENVIRONMENTS)),
        )
        settings.check()
        return config
