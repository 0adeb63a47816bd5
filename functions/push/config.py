"""The push function's settings."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self, cast

from push.payload_fields import PAYLOAD_PROFILES, PayloadProfile
from shared.devices import ApnsEnvironment
from shared.settings import Settings


@dataclass(frozen=True, slots=True)
class Config:
    devices_table: str
    calls_table: str
    calls_queue_url: str
    dead_letter_queue_url: str
    apns_key_secret_arn: str
    apns_urls: Mapping[ApnsEnvironment, str]
    apns_ca_file: str
    """Empty in AWS, where the public CAs are trusted."""
    ring_ms: int
    cometchat_api_url: str
    """Empty where CometChat's REST API is not to be asked for the members of groups."""
    cometchat_api_secret_arn: str
    group_member_limit: int
    payload_profile: PayloadProfile

    @classmethod
    def read(cls, variables: Mapping[str, str]) -> Self:
        """Raises `ConfigurationError`."""
        settings = Settings(variables)
        config = cls(
            devices_table=settings.text("DEVICES_TABLE"),
            calls_table=settings.text("CALLS_TABLE"),
            calls_queue_url=settings.text("CALLS_QUEUE_URL"),
            dead_letter_queue_url=settings.text("DEAD_LETTER_QUEUE_URL"),
            apns_key_secret_arn=settings.text("APNS_KEY_SECRET_ARN"),
            apns_urls={
                "production": settings.https_url("APNS_PRODUCTION_URL"),
                "sandbox": settings.https_url("APNS_SANDBOX_URL"),
            },
            apns_ca_file=settings.optional_text("APNS_CA_FILE"),
            cometchat_api_url=(api_url := settings.optional_https_url("COMETCHAT_API_URL")),
            cometchat_api_secret_arn=settings.text("COMETCHAT_API_SECRET_ARN") if api_url else "",
            group_member_limit=settings.integer("GROUP_MEMBER_LIMIT", minimum=1, maximum=1000),
            payload_profile=cast(PayloadProfile, settings.one_of("PAYLOAD_PROFILE", PAYLOAD_PROFILES)),
            ring_ms=settings.integer("RING_SECONDS", minimum=15, maximum=120) * 1000,
        )
        settings.check()
        return config
