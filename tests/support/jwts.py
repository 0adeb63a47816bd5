"""An issuer of JWTs: its keys, its JWKS, its tokens."""

import base64
import json
import time
from dataclasses import dataclass, field
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

ISSUER = "https://issuer.example"
AUDIENCE = "voip"

type PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def claims(**changes: Any) -> dict[str, Any]:
    """Those of a token that is valid for an hour; `...` leaves one out."""
    now = int(time.time())
    values = {"iss": ISSUER, "aud": AUDIENCE, "sub": "alice", "iat": now, "exp": now + 3600} | changes
    return {name: value for name, value in values.items() if value is not ...}


def unsigned(header: Any, payload: Any, signature: bytes = b"") -> str:
    """A token of these parts, as an attacker would put it together."""
    return ".".join(base64url(part) for part in (json.dumps(header).encode(), json.dumps(payload).encode(), signature))


def base64url(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


@dataclass
class SigningKey:
    key_id: str
    private: PrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    @property
    def algorithm(self) -> str:
        return "RS256" if isinstance(self.private, rsa.RSAPrivateKey) else "ES256"

    @property
    def public_pem(self) -> bytes:
        return self.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def jwk(self, **changes: Any) -> dict[str, Any]:
        kind: Any = RSAAlgorithm if isinstance(self.private, rsa.RSAPrivateKey) else ECAlgorithm
        return {
            **kind.to_jwk(self.private.public_key(), as_dict=True),
            "kid": self.key_id,
            "use": "sig",
            "alg": self.algorithm,
            **changes,
        }

    def signed(self, payload: Any) -> str:
        """Also of claims that PyJWT refuses to encode."""
        return jwt.api_jws.encode(
            json.dumps(payload).encode(), self.private, algorithm=self.algorithm, headers={"kid": self.key_id}
        )

    def token(self, *, headers: dict[str, Any] | None = None, algorithm: str | None = None, **changes: Any) -> str:
        return jwt.encode(
            claims(**changes),
            self.private,
            algorithm=algorithm or self.algorithm,
            headers={"kid": self.key_id} | (headers or {}),
        )
