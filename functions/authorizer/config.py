"""The authorizer's settings."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from shared.settings import Settings

# Symmetric algorithms and "none" are not among them: whoever can read a public key could sign with it.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")


@dataclass(frozen=True, slots=True)
class Config:
    issuer: str
    audience: str
    jwks_url: str
    uid_claim: str
    algorithms: tuple[str, ...]

    @classmethod
    def read(cls, variables: Mapping[str, str]) -> Self:
        """Raises `ConfigurationError`."""
        settings = Settings(variables)
        names = [name.strip() for name in settings.text("TOKEN_ALGORITHMS").split(",")]
        settings.require(set(names) <= set(ALGORITHMS), f"TOKEN_ALGORITHMS must be some of {', '.join(ALGORITHMS)}")
        config = cls(
            issuer=settings.text("TOKEN_ISSUER"),
            audience=settings.text("TOKEN_AUDIENCE"),
            jwks_url=settings.https_url("TOKEN_JWKS_URL"),
            uid_claim=settings.text("TOKEN_UID_CLAIM"),
            algorithms=tuple(names),
        )
        settings.check()
        return config
