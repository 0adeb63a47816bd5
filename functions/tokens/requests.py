"""Parses the requests of the tokens API."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.device_tokens import WELL_FORMED, normalised_device_token
from shared.devices import APNS_ENVIRONMENTS, ApnsEnvironment
from shared.errors import InvalidBody
from shared.fields import Fields
from tokens.config import Config
from tokens.errors import ForeignUid


@dataclass(frozen=True, slots=True)
class Registration:
    token: str
    environment: ApnsEnvironment
    topic: str


def parse_registration(body: bytes, uid: str, config: Config) -> Registration:
    """Reads `{"token": "<hex>", "environment": "production" | "sandbox", "bundle_id": "com.example.app"}`.

    Only the token is required. An app may send its VoIP topic instead of its bundle id, and the `uid` of the signed-in
    user. Raises `InvalidBody` or `ForeignUid`.
    """
    fields = Fields.parse(body)
    token = parse_token(fields.text("token"))
    if fields.optional_uid("uid") not in ("", uid):
        raise ForeignUid
    environment = (
        fields.one_of("environment", APNS_ENVIRONMENTS) if fields.has("environment") else config.default_environment
    )
    return Registration(token, environment, _topic(fields, config.bundle_ids))


def _topic(fields: Fields, bundle_ids: Sequence[str]) -> str:
    bundle_id, topic = fields.optional_text("bundle_id"), fields.optional_text("topic")
    if bundle_id and bundle_id not in bundle_ids:
        raise InvalidBody("bundle_id", " or ".join(bundle_ids))
    topics = [_voip_topic(each) for each in ([bundle_id] if bundle_id else bundle_ids)]
    if topic and topic not in topics:
        raise InvalidBody("topic", " or ".join(topics))
    return topic or topics[0]


def _voip_topic(bundle_id: str) -> str:
    return f"{bundle_id}.voip"


def parse_token(text: str) -> str:
    """Raises `InvalidBody`."""
    token = normalised_device_token(text)
    if token is None:
        raise InvalidBody("token", WELL_FORMED)
    return token
