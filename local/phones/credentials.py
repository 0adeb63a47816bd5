"""Keys of one stack, generated at every start, in files that only their owner can read."""

import secrets
import string
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from jwt.algorithms import ECAlgorithm

from apns_simulator.files import write_atomically
from ops.stack.description import JwtSigner
from ops.stack.secrets import random_text

_APPLE_ID = string.ascii_uppercase + string.digits
_JWT_LIFE_S = 3600


@dataclass(frozen=True, slots=True)
class ApnsKey:
    file: Path
    key_id: str
    team_id: str


def new_apns_key(directory: Path) -> ApnsKey:
    """A .p8 file as Apple hands them out: a P-256 key, PKCS #8, PEM."""
    key_id = random_text(_APPLE_ID, 10)
    file = directory / f"AuthKey_{key_id}.p8"
    _write_private_key(file)
    return ApnsKey(file, key_id, team_id=random_text(_APPLE_ID, 10))


def new_jwt_signer(file: Path) -> JwtSigner:
    _write_private_key(file)
    return JwtSigner(
        private_key_file=str(file),
        algorithm="ES256",
        kid=secrets.token_hex(8),
        issuer="https://phones.example",
        audience="voip-push",
        uid_claim="sub",
    )


def jwks(signer: JwtSigner) -> dict[str, Any]:
    """The key set (RFC 7517) that `signer`'s JWTs are verified with."""
    algorithm = ECAlgorithm(ECAlgorithm.SHA256)
    private_key = algorithm.prepare_key(Path(signer.private_key_file).read_bytes())
    assert isinstance(private_key, ec.EllipticCurvePrivateKey)
    public = ECAlgorithm.to_jwk(private_key.public_key(), as_dict=True)
    return {"keys": [{**public, "kid": signer.kid, "alg": signer.algorithm, "use": "sig"}]}


def sign_jwt(signer: JwtSigner, uid: str, *, life_s: int = _JWT_LIFE_S) -> str:
    """A JWT with which `uid`'s phone calls the tokens API, for an hour."""
    now_s = int(time.time())
    return jwt.encode(
        {
            "iss": signer.issuer,
            "aud": signer.audience,
            signer.uid_claim: uid,
            "iat": now_s,
            "exp": now_s + life_s,
        },
        Path(signer.private_key_file).read_bytes(),
        algorithm=signer.algorithm,
        headers={"kid": signer.kid},
    )


def _write_private_key(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    key = ec.generate_private_key(ec.SECP256R1())
    write_atomically(file, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
