"""Whose token it is, and that of a token which is wrong in any way it is nobody's."""

import dataclasses
import hmac
import time
from contextlib import suppress
from typing import Any

import jwt
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from authorizer.errors import JwksUnavailable, Unauthorized
from authorizer.identity import MAX_TOKEN_BYTES, identify
from tests.support.functions.authorizer import EC_KEY, FakeJwks, Issuer
from tests.support.jwts import SigningKey, base64url, claims, rsa_key, unsigned


@pytest.mark.parametrize("key", ["ec", "rsa"])
def test_a_valid_token_is_its_users(issuer: Issuer, key: str) -> None:
    assert issuer.identify(getattr(issuer, key).token()) == "alice"


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_case_of_the_scheme_does_not_matter(issuer: Issuer, scheme: str) -> None:
    assert identify(f"{scheme} {issuer.ec.token()}", jwts=issuer.jwts, cometchat=None) == "alice"


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer ", "Basic {}", "{}", "Bearer{}", " Bearer {}", "Bearer {},Bearer {}", "Bearer\t{}"],
)
def test_no_bearer_token(issuer: Issuer, authorization: str) -> None:
    with pytest.raises(Unauthorized):
        identify(authorization.replace("{}", issuer.ec.token()), jwts=issuer.jwts, cometchat=None)


def refuses(issuer: Issuer, token: str) -> str:
    with pytest.raises(Unauthorized) as raised:
        issuer.identify(token)
    assert token not in str(raised.value)
    return str(raised.value)


# 2001 and 2096. Not relative to now: these are part of the tests' names, by which make mutants finds them again.
PAST_S = 1_000_000_000
FUTURE_S = 4_000_000_000


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://other.example"},
        {"iss": ...},
        {"iss": 5},
        {"iss": ["https://issuer.example"]},
        {"aud": "other"},
        {"aud": []},
        {"aud": ...},
        {"aud": 5},
        {"exp": ...},
        {"exp": PAST_S},
        {"exp": "soon"},
        {"exp": None},
        {"exp": float("inf")},
        {"exp": float("nan")},
        {"nbf": FUTURE_S},
        {"nbf": "later"},
        {"iat": FUTURE_S},
        {"iat": "now"},
        {"sub": ...},
        {"sub": None},
        {"sub": ""},
        {"sub": 5.0},
        {"sub": True},
        {"sub": -5},
        {"sub": 10**100},
        {"sub": ["alice"]},
        {"sub": "alice smith"},
        {"sub": "owner#00"},
        # pytest would escape names with a backslash once more whenever it collects again in the same process.
        pytest.param({"sub": "älice"}, id="sub is not ASCII"),
        {"sub": "auth0|alice"},
        {"sub": "x" * 101},
        pytest.param({"sub": "\ud800"}, id="sub is no Unicode"),
    ],
    ids=str,
)
@pytest.mark.parametrize("key", ["ec", "rsa"])
def test_a_claim_that_is_missing_or_wrong(issuer: Issuer, key: str, changes: dict[str, Any]) -> None:
    refuses(issuer, getattr(issuer, key).signed(claims(**changes)))


@pytest.mark.parametrize(
    ("changes", "uid"),
    [
        ({"sub": "Alice_B-1"}, "alice_b-1"),
        ({"aud": ["other", "voip"]}, "alice"),
        ({"nbf": PAST_S}, "alice"),
        ({"iat": ...}, "alice"),
        ({"uid": "bob"}, "alice"),
    ],
    ids=str,
)
def test_claims_that_are_in_order(issuer: Issuer, changes: dict[str, Any], uid: str) -> None:
    assert issuer.identify(issuer.ec.token(**changes)) == uid


def test_the_uid_may_be_in_another_claim(issuer: Issuer) -> None:
    issuer.config = dataclasses.replace(issuer.config, uid_claim="https://example.com/uid")

    assert issuer.identify(issuer.ec.token(**{"https://example.com/uid": "Bob"})) == "bob"
    refuses(issuer, issuer.ec.token())


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "", "HS256", "ES512", None, 5, ["ES256"], {}])
def test_a_token_with_another_algorithm_in_its_header(issuer: Issuer, algorithm: Any) -> None:
    for signature in (b"", b"x" * 64):
        refuses(issuer, unsigned({"alg": algorithm, "kid": "ec", "typ": "JWT"}, claims(), signature))


@pytest.mark.parametrize("key", ["ec", "rsa"])
@pytest.mark.parametrize("algorithms", [("RS256", "ES256"), ("RS256", "ES256", "PS256", "EdDSA")])
def test_a_public_key_is_no_hmac_secret(issuer: Issuer, key: str, algorithms: tuple[str, ...]) -> None:
    issuer.config = dataclasses.replace(issuer.config, algorithms=algorithms)
    signed = unsigned({"alg": "HS256", "kid": key}, claims()).rpartition(".")[0]
    mac = hmac.digest(getattr(issuer, key).public_pem, signed.encode(), "sha256")

    refuses(issuer, f"{signed}.{base64url(mac)}")


def test_a_symmetric_key_in_the_jwks_opens_nothing(issuer: Issuer) -> None:
    secret = b"s" * 32
    issuer.jwks = FakeJwks({"kty": "oct", "k": base64url(secret), "kid": "oct", "alg": "HS256"})

    refuses(issuer, jwt.encode(claims(), secret, algorithm="HS256", headers={"kid": "oct"}))


@pytest.mark.parametrize(("claim", "uid"), [(42, "42"), (0, "0"), ("42", "42")])
@pytest.mark.parametrize("name", ["sub", "user_id"])
def test_a_numeric_uid_claim_is_that_users_uid(issuer: Issuer, name: str, claim: object, uid: str) -> None:
    issuer.config = dataclasses.replace(issuer.config, uid_claim=name)

    assert issuer.identify(issuer.ec.signed(claims(**{name: claim}))) == uid


def test_a_subject_of_any_type_does_not_matter_where_the_uid_is_in_another_claim(issuer: Issuer) -> None:
    issuer.config = dataclasses.replace(issuer.config, uid_claim="user_id")

    assert issuer.identify(issuer.ec.signed(claims(sub=5, user_id="bob"))) == "bob"


@pytest.mark.parametrize("claim", ["exp", "nbf", "iat"])
def test_a_phones_clock_may_be_a_few_seconds_off_and_no_minute(issuer: Issuer, claim: str) -> None:
    def token(off_by_s: int) -> str:
        return issuer.ec.token(**{claim: int(time.time()) + (-off_by_s if claim == "exp" else off_by_s)})

    assert issuer.identify(token(5)) == "alice"
    refuses(issuer, token(60))


def test_an_algorithm_that_is_not_configured(issuer: Issuer) -> None:
    issuer.config = dataclasses.replace(issuer.config, algorithms=("ES256",))

    refuses(issuer, issuer.rsa.token())


@pytest.mark.parametrize("headers", [{"kid": "other"}, {"kid": ""}, {"kid": "rsa"}], ids=str)
def test_another_key_id(issuer: Issuer, headers: dict[str, Any]) -> None:
    refuses(issuer, issuer.ec.token(headers=headers))


@pytest.mark.parametrize(
    "header", [{}, {"kid": None}, {"kid": 5}, {"kid": ["ec"]}, {"kid": "ec", "crit": ["x"]}], ids=str
)
def test_a_header_without_a_usable_key_id(issuer: Issuer, header: dict[str, Any]) -> None:
    refuses(issuer, unsigned({"alg": "ES256"} | header, claims(), b"x" * 64))


@pytest.mark.parametrize("forged", [SigningKey("ec"), SigningKey("rsa", rsa_key())], ids=["ec", "rsa"])
def test_somebody_elses_key_under_the_issuers_id(issuer: Issuer, forged: SigningKey) -> None:
    refuses(issuer, forged.token())
    # Nor does a key that comes along with the token.
    refuses(
        issuer,
        forged.token(headers={"jwk": forged.jwk(), "jku": "https://evil.example", "x5u": "https://evil.example"}),
    )


@pytest.mark.parametrize("position", [0, 1, 2])
def test_each_part_is_signed(issuer: Issuer, position: int) -> None:
    ours, theirs = issuer.ec.token().split("."), issuer.ec.token(sub="mallory", headers={"x": "y"}).split(".")
    ours[position] = theirs[position]

    refuses(issuer, ".".join(ours))


@pytest.mark.parametrize(
    "token",
    ["x", "..", "a.b.c", "é.é.é", "\ud800", "a.b.c.d", unsigned([], {}), unsigned("x", 5), unsigned({"kid": "ec"}, {})],
)
def test_no_jwt(issuer: Issuer, token: str) -> None:
    with pytest.raises(Unauthorized):
        issuer.identify(token)


@pytest.mark.parametrize("deep", [b"[" * 6_000, b'{"a":' * 1_200])
def test_a_header_without_bottom(issuer: Issuer, deep: bytes) -> None:
    refuses(issuer, f"{base64url(deep)[: MAX_TOKEN_BYTES - 10]}.e30.eA")


class AnythingGoes:
    def uid_of(self, token: str) -> str:
        return "alice"


def test_a_token_without_end() -> None:
    def uid_of(length: int) -> str:
        return identify(f"Bearer {'x' * length}", jwts=AnythingGoes(), cometchat=None)

    assert uid_of(MAX_TOKEN_BYTES) == "alice"
    with pytest.raises(Unauthorized, match=r"^not a bearer token$"):
        uid_of(MAX_TOKEN_BYTES + 1)


def test_the_log_gets_the_claim_that_is_no_uid(issuer: Issuer) -> None:
    assert refuses(issuer, issuer.ec.token(sub="alice smith")) == "sub is not a CometChat uid"


@pytest.mark.parametrize(
    ("authorization", "reason"),
    [
        ("Basic x", "not a bearer token"),
        ("Bearer", "not a bearer token"),
        ("Bearer x y", "DecodeError"),
        (f"Bearer alice_{'0' * 40}", "this kind of token is not accepted here"),
        (f"Bearer {unsigned({'alg': 'ES256'}, {})}", "the JWT names no key"),
        (f"Bearer {unsigned({'alg': 'HS256', 'kid': 'ec'}, {})}", "the JWT's algorithm is not accepted here"),
        (f"Bearer {unsigned({'alg': 'ES256', 'kid': 'other'}, {})}", "the JWT's key is not one of the issuer's"),
        (f"Bearer {unsigned({'alg': 'ES256', 'kid': 'ec'}, {})}", "InvalidSignatureError"),
    ],
    ids=["scheme", "no token", "blank", "CometChat's", "kid", "alg", "key", "signature"],
)
def test_the_log_gets_the_reason(issuer: Issuer, authorization: str, reason: str) -> None:
    with pytest.raises(Unauthorized) as raised:
        identify(authorization, jwts=issuer.jwts, cometchat=None)
    assert str(raised.value) == reason
    assert raised.value.expected == raised.value.received == ""


def test_without_the_issuers_keys_it_is_not_the_tokens_fault(issuer: Issuer) -> None:
    issuer.jwks.available = False

    with pytest.raises(JwksUnavailable):
        issuer.identify(issuer.ec.token())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["alg", "kid", "b64", "crit", "typ"]), inner),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text() | st.builds(unsigned, JSON | st.just({"alg": "ES256", "kid": EC_KEY.key_id}), JSON, st.binary()))
def test_nothing_that_was_not_signed_is_anybodys(issuer: Issuer, token: str) -> None:
    with suppress(Unauthorized):
        pytest.fail(issuer.identify(token))
