"""Parses the requests of the tokens API."""

from dataclasses import dataclass

from shared.device_tokens import WELL_FORMED, normalised_device_token
from shared.devices import APNS_ENVIRONMENTS, ApnsEnvironment
from shared.fields import Fields, InvalidBody
from tokens.config import Config


class ForeignUid(Exception):
    """The body names a user other than the signed-in one."""


@dataclass(frozen=True, slots=True)
class Registration:
    token: str
    environment: ApnsEnvironment
    topic: str


def parse_registration(body: bytes, uid: str, config: Config) -> Registration:
    """Reads `{"token": "<hex>", "environment": "production" | "sandbox", "topic": "<bundle id>.voip"}`.

    Only the token is required. A `uid`, which the brief's app sends, is accepted if it is the caller's own.
    Raises `InvalidBody` or `ForeignUid`.
    """
    fields = Fields.parse(body)
    token = parse_token(fields.text("token"))
    if fields.optional_uid("uid") not in ("", uid):
        raise ForeignUid
    environment = (
        fields.one_of("environment", APNS_ENVIRONMENTS) if fields.has("environment") else config.default_environment
    )
    if fields.optional_text("topic") not in ("", config.voip_topic):
        raise InvalidBody("topic", config.voip_topic)
    return Registration(token, environment, config.voip_topic)


def parse_token(text: str) -> str:
    """Raises `InvalidBody`."""
    token = normalised_device_token(text)
    if token is None:
        raise InvalidBody("token", WELL_FORMED)
    return token
