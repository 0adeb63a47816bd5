"""Keys as Apple's developer portal would issue them, and tokens signed with them."""

import time
from dataclasses import dataclass, field
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from apns_simulator import ProviderKey


@dataclass
class SigningKey:
    """A .p8 key with its ids; tokens come out different each time, ES256 being random."""

    key_id: str = "KEY1234567"
    team_id: str = "TEAM123456"
    private_key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    @property
    def pem(self) -> bytes:
        """The .p8 file's content."""
        return self.private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    def registered(self, **options: Any) -> ProviderKey:
        """Return the key as the simulator registers it."""
        return ProviderKey.from_pem(self.pem, self.key_id, self.team_id, **options)

    def token(self, issued_at_s: float | None = None, **header: Any) -> str:
        """Return a provider token (JWT), issued now unless said otherwise."""
        claims = {"iss": self.team_id, "iat": int(time.time() if issued_at_s is None else issued_at_s)}
        return jwt.encode(claims, self.private_key, algorithm="ES256", headers={"kid": self.key_id, **header})
