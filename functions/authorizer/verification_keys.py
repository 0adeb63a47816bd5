"""Picks from a JWKS the keys that verify signatures, and says for which algorithms each may be used.

RFC 7517 (JWK), 7518 (RSA and EC), 8037 (OKP), 9864 (the name Ed25519).
"""

from collections.abc import Iterator
from typing import Any

from jwt import PyJWK
from jwt.exceptions import PyJWTError

from authorizer.errors import NoUsableKeys

type KeyName = tuple[str, str]
"""A key's id, and the algorithm for which it is used."""

_ALGORITHMS = {
    "RSA": ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    "P-256": ("ES256",),
    "P-384": ("ES384",),
    "P-521": ("ES512",),
    "Ed25519": ("EdDSA", "Ed25519"),
    "Ed448": ("EdDSA",),
}
"""By curve, for RSA by key type."""


def verification_keys(key_set: Any) -> dict[KeyName, PyJWK]:
    """Skips every key that can't be used. Of two with the same name the first one counts. Raises `NoUsableKeys`."""
    jwks = key_set.get("keys") if isinstance(key_set, dict) else None
    if not isinstance(jwks, list):
        raise NoUsableKeys("not a JWKS: there is no list of keys")
    keys: dict[KeyName, PyJWK] = {}
    for jwk in jwks:
        for algorithm, key in _usable(jwk):
            keys.setdefault((jwk["kid"], algorithm), key)
    if not keys:
        raise NoUsableKeys("no key that verifies signatures; each needs an id (kid)")
    return keys


def _usable(jwk: Any) -> Iterator[tuple[str, PyJWK]]:
    if not isinstance(jwk, dict) or not _is_named(jwk) or not _may_verify(jwk):
        return
    for algorithm in _algorithms(jwk):
        try:
            # PyJWT knows Ed25519 by its older name only.
            key = PyJWK(jwk, "EdDSA" if algorithm == "Ed25519" else algorithm)
        # Malformed input makes PyJWT raise some plain errors, too.
        except (PyJWTError, ValueError, TypeError, AttributeError):
            return
        key.algorithm_name = algorithm
        yield algorithm, key


def _is_named(jwk: dict[str, Any]) -> bool:
    return isinstance(jwk.get("kid"), str) and bool(jwk["kid"])


def _may_verify(jwk: dict[str, Any]) -> bool:
    if "d" in jwk:  # A private key that has been published is everybody's.
        return False
    operations = jwk.get("key_ops", ["verify"])
    return jwk.get("use", "sig") == "sig" and isinstance(operations, list) and "verify" in operations


def _algorithms(jwk: dict[str, Any]) -> tuple[str, ...]:
    family = jwk.get("kty") if jwk.get("kty") == "RSA" else jwk.get("crv")
    possible = _ALGORITHMS.get(family, ()) if isinstance(family, str) else ()
    named = jwk.get("alg")
    if named is None or (family == "Ed25519" and named in possible):
        return possible
    return (named,) if named in possible else ()
