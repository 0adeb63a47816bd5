"""Provider tokens (JWT, ES256): which key signed one, and whether this connection may use it."""

import base64
import binascii
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from apns_simulator.config import ENVIRONMENTS, Environment
from apns_simulator.errors import Rejection

# Apple, "Establishing a token-based connection to APNs": iat within an hour of now, a new token no more than once
# every 20 minutes on the same connection.
MAX_AGE_S = 3600
MIN_UPDATE_INTERVAL_S = 20 * 60
_JOSE_SIGNATURE_BYTES = 64
_CACHED_TOKENS = 1000


@dataclass(frozen=True, slots=True)
class ProviderKey:
    """A provider key, as Apple's developer portal issues them.

    Attributes:
        environments: keys issued since 2025 can be limited to one environment; older ones are for both.
        topics: None allows every topic.
    """

    key_id: str
    team_id: str
    public_key: ec.EllipticCurvePublicKey
    environments: frozenset[Environment] = frozenset(ENVIRONMENTS)
    topics: frozenset[str] | None = None

    @classmethod
    def from_pem(
        cls,
        pem: bytes,
        key_id: str,
        team_id: str,
        *,
        environments: Iterable[Environment] = ENVIRONMENTS,
        topics: Iterable[str] | None = None,
    ) -> Self:
        """Read the public key from a .p8 file or from a public key file, both PEM.

        Raises:
            ValueError: not a PEM key on P-256.
        """
        is_private = b"PRIVATE KEY" in pem
        key = load_pem_private_key(pem, password=None).public_key() if is_private else load_pem_public_key(pem)
        if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
            raise ValueError("expected an elliptic curve key on P-256")
        return cls(key_id, team_id, key, frozenset(environments), None if topics is None else frozenset(topics))


@dataclass(frozen=True, slots=True)
class ProviderToken:
    """The content of an authorization header. `key` is the registered key that signed it, None if none did."""

    sha256: str
    key_id: str | None = None
    team_id: str | None = None
    issued_at_s: float | None = None
    key: ProviderKey | None = None


class ProviderKeys:
    """Registered keys, by team and key id. Verified tokens are cached: verifying costs more than the rest of a push."""

    def __init__(self, keys: Iterable[ProviderKey]) -> None:
        self._keys = {(key.team_id, key.key_id): key for key in keys}
        self._tokens: dict[str, ProviderToken] = {}

    def all(self) -> list[ProviderKey]:
        """Return the registered keys."""
        return list(self._keys.values())

    def add(self, key: ProviderKey) -> None:
        """Register a key, replacing one of the same team and id."""
        self._keys[key.team_id, key.key_id] = key
        self._tokens.clear()

    def revoke(self, key_id: str) -> bool:
        """Remove a key; its tokens are invalid from now on. False if there was none."""
        found = [name for name in self._keys if name[1] == key_id]
        for name in found:
            del self._keys[name]
        self._tokens.clear()
        return bool(found)

    def read(self, authorization: str) -> ProviderToken:
        """Read an authorization header; never raises: an unusable one has no key."""
        token = self._tokens.get(authorization)
        if token is None:
            if len(self._tokens) >= _CACHED_TOKENS:
                self._tokens.clear()
            token = self._tokens[authorization] = self._read(authorization)
        return token

    def _read(self, authorization: str) -> ProviderToken:
        scheme, _, jwt = authorization.partition(" ")
        digest = hashlib.sha256(jwt.encode()).hexdigest()
        signed, _, signature = jwt.rpartition(".")
        try:
            header, claims = (json.loads(_decode(part)) for part in signed.split("."))
            key_id, team_id, issued_at_s = header["kid"], claims["iss"], float(claims["iat"])
            algorithm, raw_signature = header["alg"], _decode(signature)
        except (ValueError, TypeError, KeyError):
            return ProviderToken(digest)
        key = self._keys.get((team_id, key_id)) if isinstance(team_id, str) and isinstance(key_id, str) else None
        if scheme.lower() != "bearer" or algorithm != "ES256" or not key or not _signed(key, signed, raw_signature):
            key = None
        return ProviderToken(digest, str(key_id), str(team_id), issued_at_s, key)


@dataclass(slots=True)
class ConnectionTokens:
    """The provider tokens of one connection: Apple binds a connection to the first key that it sees.

    Attributes:
        seen: digests of all of them, good or bad.
    """

    seen: set[str] = field(default_factory=set)
    _first_key: ProviderKey | None = None
    _current: str | None = None
    _current_since_s: float = 0.0

    def admit(self, token: ProviderToken, environment: Environment, now_s: float, bad_environment_reason: str) -> None:
        """Accept a push's provider token.

        Raises:
            Rejection: 403 or 429, reasons from "Handling notification responses from APNs".
        """
        if token.key is None or token.issued_at_s is None:
            raise Rejection(403, "InvalidProviderToken")
        if abs(now_s - token.issued_at_s) > MAX_AGE_S:
            raise Rejection(403, "ExpiredProviderToken")
        if environment not in token.key.environments:
            raise Rejection(403, bad_environment_reason)
        if self._first_key is None:
            self._first_key = token.key
        if (token.team_id, token.key_id) != (self._first_key.team_id, self._first_key.key_id):
            raise Rejection(403, "UnrelatedKeyIdInToken")
        if token.sha256 != self._current:
            if self._current is not None and now_s - self._current_since_s < MIN_UPDATE_INTERVAL_S:
                raise Rejection(429, "TooManyProviderTokenUpdates")
            self._current, self._current_since_s = token.sha256, now_s


def _decode(part: str) -> bytes:
    try:
        return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("not base64url") from error


def _signed(key: ProviderKey, signed: str, signature: bytes) -> bool:
    # APNs takes both encodings in production: JOSE's r || s, and DER as in Apple's own sample.
    if len(signature) == _JOSE_SIGNATURE_BYTES:
        r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
        signature = encode_dss_signature(r, s)
    try:
        key.public_key.verify(signature, signed.encode(), ec.ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True
