"""An issuer with a key of each kind, and the authorizer's view of it."""

from dataclasses import dataclass
from typing import Any

from jwt import PyJWK

from authorizer.config import JwtConfig
from authorizer.errors import JwksUnavailable, UnknownKey
from authorizer.identity import identify
from authorizer.jwts import Jwts
from authorizer.verification_keys import verification_keys
from tests.support.jwts import SigningKey, rsa_key


class FakeJwks:
    """Keys as they are when they have been fetched."""

    def __init__(self, *keys: dict[str, Any]) -> None:
        self.available = True
        self._keys = verification_keys({"keys": [EC_KEY.jwk(), *keys]})

    def key(self, key_id: str, algorithm: str) -> PyJWK:
        if not self.available:
            raise JwksUnavailable("out of reach")
        if (key_id, algorithm) not in self._keys:
            raise UnknownKey
        return self._keys[key_id, algorithm]


@dataclass
class Issuer:
    ec: SigningKey
    rsa: SigningKey
    jwks: FakeJwks
    config: JwtConfig

    @property
    def jwts(self) -> Jwts:
        return Jwts(self.config, self.jwks)

    def identify(self, token: str) -> str:
        return identify(f"Bearer {token}", jwts=self.jwts, cometchat=None)


EC_KEY, RSA_KEY = SigningKey("ec"), SigningKey("rsa", rsa_key())
