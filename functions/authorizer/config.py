"""The authorizer's settings."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from shared.settings import Settings

# No "none", and no symmetric algorithm: with one, anybody who can read the public key could sign.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
_JWT_SETTINGS = ("TOKEN_ISSUER", "TOKEN_AUDIENCE", "TOKEN_JWKS_URL")


@dataclass(frozen=True, slots=True)
class JwtConfig:
    issuer: str
    audience: str
    jwks_url: str
    uid_claim: str
    algorithms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CometChatConfig:
    api_url: str
    api_secret_arn: str


@dataclass(frozen=True, slots=True)
class Config:
    """Which kinds of credential are accepted; at least one."""

    jwt: JwtConfig | None
    cometchat: CometChatConfig | None

    @classmethod
    def read(cls, variables: Mapping[str, str]) -> Self:
        """Raises `ConfigurationError`."""
        settings = Settings(variables)
        by_jwt = any(settings.optional_text(name) for name in _JWT_SETTINGS)
        by_cometchat = settings.optional_text("ACCEPT_COMETCHAT_TOKENS") == "true"
        settings.require(
            by_jwt or by_cometchat,
            f"nobody can sign in: set {', '.join(_JWT_SETTINGS)}, or ACCEPT_COMETCHAT_TOKENS to true",
        )
        config = cls(
            jwt=_read_jwt(settings) if by_jwt else None,
            cometchat=_read_cometchat(settings) if by_cometchat else None,
        )
        settings.check()
        return config


def _read_jwt(settings: Settings) -> JwtConfig:
    names = [name.strip() for name in settings.text("TOKEN_ALGORITHMS").split(",")]
    settings.require(set(names) <= set(ALGORITHMS), f"TOKEN_ALGORITHMS must be some of {', '.join(ALGORITHMS)}")
    return JwtConfig(
        issuer=settings.text("TOKEN_ISSUER"),
        audience=settings.text("TOKEN_AUDIENCE"),
        jwks_url=settings.https_url("TOKEN_JWKS_URL"),
        uid_claim=settings.text("TOKEN_UID_CLAIM"),
        algorithms=tuple(names),
    )


def _read_cometchat(settings: Settings) -> CometChatConfig:
    return CometChatConfig(
        api_url=settings.https_url("COMETCHAT_API_URL"),
        api_secret_arn=settings.text("COMETCHAT_API_SECRET_ARN"),
    )
