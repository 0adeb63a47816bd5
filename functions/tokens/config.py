"""The tokens function's settings."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self, cast

from shared.devices import APNS_ENVIRONMENTS, ApnsEnvironment
from shared.settings import Settings


@dataclass(frozen=True, slots=True)
class Config:
    devices_table: str
    bundle_ids: tuple[str, ...]
    """Of the apps that may register devices; the first one is the default."""
    default_environment: ApnsEnvironment

    @classmethod
    def read(cls, variables: Mapping[str, str]) -> Self:
        """Raises `ConfigurationError`."""
        settings = Settings(variables)
        config = cls(
            devices_table=settings.text("DEVICES_TABLE"),
            bundle_ids=tuple(filter(None, (name.strip() for name in settings.text("BUNDLE_ID").split(",")))),
            default_environment=cast(ApnsEnvironment, settings.one_of("DEFAULT_APNS_ENVIRONMENT", APNS_ENVIRONMENTS)),
        )
        settings.require(bool(config.bundle_ids), "BUNDLE_ID must name at least one app")
        settings.check()
        return config
