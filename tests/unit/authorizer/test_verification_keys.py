"""Which keys of a JWKS verify which signatures."""

import json
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from jwt import PyJWK
from jwt.algorithms import RSAAlgorithm

from authorizer.config import ALGORITHMS, JwtConfig
from authorizer.errors import NoUsableKeys, UnknownKey
from authorizer.jwts import Jwts
from authorizer.verification_keys import verification_keys
from tests.support.jwts import AUDIENCE, ISSUER, SigningKey, base64url, claims, rsa_key

RSA, OTHER_RSA, EC = SigningKey("key", rsa_key()), SigningKey("key", rsa_key()), SigningKey("key")
ED25519 = Ed25519PrivateKey.generate()
ED25519_JWK: dict[str, Any] = {
    "kty": "OKP",
    "crv": "Ed25519",
    "kid": "key",
    "x": base64url(ED25519.public_key().public_bytes_raw()),
}
RSA_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")
NOT_TEXT = (5, None, ["x"], {}, True, "")


class KeySet:
    def __init__(self, *jwks: Any) -> None:
        self._keys = verification_keys({"keys": list(jwks)})

    def key(self, key_id: str, algorithm: str) -> PyJWK:
        if (key_id, algorithm) not in self._keys:
            raise UnknownKey
        return self._keys[key_id, algorithm]

    def uid_of(self, token: str) -> str:
        return Jwts(JwtConfig(ISSUER, AUDIENCE, "", "sub", ALGORITHMS), self).uid_of(token)


def token(private: Any, algorithm: str) -> str:
    return jwt.encode(claims(), private, algorithm=algorithm, headers={"kid": "key"})


def ed25519_token(name: str) -> str:
    """Signed by hand: PyJWT does not know the newer name."""
    header, payload = (
        base64url(part) for part in (b'{"alg":"%s","kid":"key"}' % name.encode(), json.dumps(claims()).encode())
    )
    return f"{header}.{payload}.{base64url(ED25519.sign(f'{header}.{payload}'.encode()))}"


@pytest.mark.parametrize("algorithm", RSA_ALGORITHMS)
def test_an_rsa_key_without_algorithm_verifies_all_of_its_family(algorithm: str) -> None:
    assert KeySet(RSA.jwk(alg=None)).uid_of(token(RSA.private, algorithm)) == "alice"


@pytest.mark.parametrize("algorithm", RSA_ALGORITHMS)
def test_a_key_with_an_algorithm_verifies_only_that(algorithm: str) -> None:
    names = verification_keys({"keys": [RSA.jwk(alg=algorithm)]}).keys()

    assert names == {("key", algorithm)}


@pytest.mark.parametrize(
    ("curve", "algorithm"), [(ec.SECP256R1(), "ES256"), (ec.SECP384R1(), "ES384"), (ec.SECP521R1(), "ES512")]
)
def test_an_ec_key_verifies_what_its_curve_is_for(curve: ec.EllipticCurve, algorithm: str) -> None:
    key = SigningKey("key", ec.generate_private_key(curve))

    assert KeySet(key.jwk(alg=None)).uid_of(token(key.private, algorithm)) == "alice"
    with pytest.raises(NoUsableKeys):
        KeySet(key.jwk(alg="ES256" if algorithm != "ES256" else "ES384"))


@pytest.mark.parametrize("published", [None, "EdDSA", "Ed25519"])
@pytest.mark.parametrize("signed", ["EdDSA", "Ed25519"])
def test_ed25519_by_both_of_its_names(published: str | None, signed: str) -> None:
    assert KeySet(ED25519_JWK | {"alg": published}).uid_of(ed25519_token(signed)) == "alice"


@pytest.mark.parametrize(
    "other", [OTHER_RSA.jwk(alg="PS256"), OTHER_RSA.jwk(use="enc"), EC.jwk()], ids=["alg", "use", "type"]
)
@pytest.mark.parametrize("first", [True, False])
def test_of_two_keys_with_one_id_the_one_that_fits_is_used(other: dict[str, Any], first: bool) -> None:
    keys = (other, RSA.jwk()) if first else (RSA.jwk(), other)

    assert KeySet(*keys).uid_of(token(RSA.private, "RS256")) == "alice"


@pytest.mark.parametrize(
    "changes",
    [
        {"use": "enc"},
        {"use": 5},
        {"key_ops": ["encrypt"]},
        {"key_ops": "verify"},
        {"alg": "RSA-OAEP"},
        {"d": "AQAB"},
        {"kty": "EC", "crv": "secp256k1"},
        *({"kid": value} for value in NOT_TEXT),
        *({"alg": value} for value in NOT_TEXT if value is not None),
        *({"kty": value} for value in NOT_TEXT),
        *({"n": value} for value in NOT_TEXT),
    ],
    ids=str,
)
def test_a_key_that_verifies_nothing_spoils_no_other(changes: dict[str, Any]) -> None:
    names = verification_keys({"keys": [RSA.jwk() | changes, EC.jwk()]}).keys()

    assert names == {("key", "ES256")}


def test_a_private_key_that_was_published_is_everybodys() -> None:
    private = json.loads(RSAAlgorithm.to_jwk(RSA.private)) | {"key_ops": ["verify"]}
    published = {"kid": "key", "use": "sig", "alg": "RS256", **private}
    assert KeySet({name: value for name, value in published.items() if name in RSA.jwk()})

    with pytest.raises(NoUsableKeys):
        KeySet(published)


def test_key_ops_may_say_that_it_verifies() -> None:
    assert KeySet(RSA.jwk(key_ops=["verify"])).uid_of(token(RSA.private, "RS256")) == "alice"


@pytest.mark.parametrize("key_set", [None, [], "x", {}, {"keys": None}, {"keys": {}}], ids=str)
def test_no_key_set(key_set: Any) -> None:
    with pytest.raises(NoUsableKeys, match=r"^not a JWKS: there is no list of keys$"):
        verification_keys(key_set)


@pytest.mark.parametrize("key_set", [{"keys": []}, {"keys": [5]}], ids=str)
def test_a_key_set_without_a_key_for_us(key_set: Any) -> None:
    with pytest.raises(NoUsableKeys, match=r"^no key that verifies signatures; each needs an id \(kid\)$"):
        verification_keys(key_set)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda inner: st.lists(inner) | st.just({})
)


@given(
    st.sampled_from([RSA.jwk(), EC.jwk(), ED25519_JWK]),
    st.dictionaries(st.sampled_from(["kid", "alg", "use", "kty", "crv", "n", "e", "x", "y", "key_ops", "d"]), JSON),
)
def test_arbitrary_fields_leave_the_other_keys_usable(jwk: dict[str, Any], changes: dict[str, Any]) -> None:
    other = SigningKey("other", EC.private)

    assert ("other", "ES256") in verification_keys({"keys": [jwk | changes, other.jwk()]})
