"""Forged, altered, stolen and odd JWTs against the tokens API: 403, whatever is wrong with them."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from local.phones.credentials import sign_jwt
from tests.programs.attack.attempt import FORBIDDEN, INVALID, NOT_HTTP, UNAUTHENTICATED, Attempt, Target
from tests.programs.attack.wire import Request
from tests.support.jwts import SigningKey, base64url

type MakeToken = Callable[[Target], str]

_HOUR_S = 3600
_P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def attempts() -> Iterator[Attempt]:
    for group, tokens in GROUPS.items():
        for name, make in tokens.items():
            expected = (FORBIDDEN, *NOT_HTTP) if group == "JWT, oversized" else (FORBIDDEN,)
            yield Attempt("tokens", group, name, partial(_registration, make), expected)
    for name, headers, expected in _HEADERS:
        yield Attempt("tokens", "Authorization", name, partial(_with_headers, headers), expected)


def _registration(make: MakeToken, target: Target) -> Request:
    """What a forged token would be used for: the victim's device becomes the attacker's."""
    return _put(target).with_header("Authorization", f"Bearer {make(target)}")


def _put(target: Target) -> Request:
    body = json.dumps({"token": target.victim.token}).encode()
    return Request("PUT", "", [("Content-Type", "application/json")], body)


def _claims(target: Target, **changes: Any) -> dict[str, Any]:
    """Those of the victim, valid for an hour; `...` leaves one out."""
    signer, now_s = target.description.jwt, int(time.time())
    claims = {"iss": signer.issuer, "aud": signer.audience, signer.uid_claim: target.victim.uid}
    claims |= {"iat": now_s, "exp": now_s + _HOUR_S} | changes
    return {name: value for name, value in claims.items() if value is not ...}


def _private_pem(target: Target) -> bytes:
    return Path(target.description.jwt.private_key_file).read_bytes()


def _issuers_key(target: Target) -> SigningKey:
    key: Any = load_pem_private_key(_private_pem(target), None)
    return SigningKey(target.description.jwt.kid, key)


def _genuine(changes: Mapping[str, Any] | None = None, header: Mapping[str, Any] | None = None) -> MakeToken:
    """Signed by the issuer itself, over claims and headers that it should not have signed or that say no."""

    def make(target: Target) -> str:
        key = _issuers_key(target)
        return _signed(target, key, _claims(target, **changes or {}), **header or {})

    return make


def _signed(target: Target, key: SigningKey, claims: Any, **header: Any) -> str:
    """By hand, since libraries refuse to write some of this."""
    fields = {"typ": "JWT", "alg": key.algorithm, "kid": target.description.jwt.kid} | header
    fields = {name: value for name, value in fields.items() if value is not ...}
    text = claims if isinstance(claims, bytes) else json.dumps(claims).encode()
    signing_input = f"{base64url(json.dumps(fields).encode())}.{base64url(text)}"
    algorithm = jwt.get_algorithm_by_name(key.algorithm)
    return f"{signing_input}.{base64url(algorithm.sign(signing_input.encode(), key.private))}"


def _unsigned(algorithm: Any, signature: bytes = b"") -> MakeToken:
    def make(target: Target) -> str:
        header = {"typ": "JWT", "alg": algorithm, "kid": target.description.jwt.kid}
        parts = (json.dumps(header).encode(), json.dumps(_claims(target)).encode(), signature)
        return ".".join(base64url(part) for part in parts)

    return make


def _hmac(secret: Callable[[SigningKey], bytes], algorithm: str = "HS256") -> MakeToken:
    """HS/RS confusion: what is public is the secret."""

    def make(target: Target) -> str:
        unsigned = _unsigned(algorithm)(target).rstrip(".")
        digest = hmac.new(secret(_issuers_key(target)), unsigned.encode(), hashlib.sha256).digest()
        return f"{unsigned}.{base64url(digest)}"

    return make


def _public_der(key: SigningKey) -> bytes:
    return key.private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _forged(**header: Any) -> MakeToken:
    """Signed with the attacker's key, which a header names or carries."""

    def make(target: Target) -> str:
        named = {name: value(target) if callable(value) else value for name, value in header.items()}
        return _signed(target, target.decoy.key, _claims(target), **named)

    return make


def _altered(change: Callable[[Target, list[str]], list[str]]) -> MakeToken:
    """A genuine token of the attacker's, with its parts changed."""

    def make(target: Target) -> str:
        return ".".join(change(target, sign_jwt(target.description.jwt, target.attacker_uid).split(".")))

    return make


def _as_victim(target: Target, parts: list[str]) -> list[str]:
    return [parts[0], base64url(json.dumps(_claims(target)).encode()), parts[2]]


def _der_signature(target: Target, parts: list[str]) -> list[str]:
    raw = base64.urlsafe_b64decode(parts[2] + "==")
    der = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    return [*parts[:2], base64url(der)]


def _json_serialization(target: Target) -> str:
    header, claims, signature = sign_jwt(target.description.jwt, target.victim.uid).split(".")
    return json.dumps({"protected": header, "payload": claims, "signature": signature})


def _decoy_url(target: Target) -> str:
    return target.decoy.url


def _decoy_jwk(target: Target) -> dict[str, Any]:
    return target.decoy.key.jwk(kid=target.description.jwt.kid)


_UNKNOWN_KEY = "key-of-nobody"

GROUPS: dict[str, dict[str, MakeToken]] = {
    "JWT, unsigned": {
        "alg none": _unsigned("none"),
        "alg None": _unsigned("None"),
        "alg nOnE": _unsigned("nOnE"),
        "alg none with a signature": _unsigned("none", b"signature"),
        "alg empty": _unsigned(""),
        "alg null": _unsigned(None),
        "alg a list": _unsigned(["none"]),
        "alg ES256, no signature": _unsigned("ES256"),
        "alg ES256, zeros (CVE-2022-21449)": _unsigned("ES256", bytes(64)),
        "alg ES256, the order of the curve": _unsigned("ES256", _P256_ORDER.to_bytes(32) * 2),
    },
    "JWT, HS/RS confusion": {
        "HS256 with the public PEM": _hmac(lambda key: key.public_pem),
        "HS256 with the public PEM, stripped": _hmac(lambda key: key.public_pem.strip()),
        "HS256 with the public DER": _hmac(_public_der),
        "HS256 with the JWK": _hmac(lambda key: json.dumps(key.jwk()).encode()),
        "HS256 with nothing": _hmac(lambda key: b""),
        "HS256 with the key id": _hmac(lambda key: key.key_id.encode()),
        "HS512 with the public PEM": _hmac(lambda key: key.public_pem, "HS512"),
        "ES256, and an HMAC as the signature": _hmac(lambda key: key.public_pem, "ES256"),
    },
    "JWT, another's key": {
        "the right key id": _forged(),
        "no key id": _forged(kid=...),
        "key id null": _forged(kid=None),
        "key id a number": _forged(kid=7),
        "key id a list": _forged(kid=["a"]),
        "key id unknown": _forged(kid=_UNKNOWN_KEY),
        "key id empty": _forged(kid=""),
        "key id a path": _forged(kid="../../../../dev/null"),
        "key id a URL": _forged(kid=_decoy_url),
        "key id SQL": _forged(kid="x' UNION SELECT 'secret"),
        "key id with NUL": _forged(kid="a\x00b"),
        "key id very long": _forged(kid="k" * 4_000),
        "jku": _forged(kid=_UNKNOWN_KEY, jku=_decoy_url),
        "jku and the right key id": _forged(jku=_decoy_url),
        "x5u": _forged(kid=_UNKNOWN_KEY, x5u=_decoy_url),
        "jwk": _forged(kid=_UNKNOWN_KEY, jwk=_decoy_jwk),
        "jwk and the right key id": _forged(jwk=_decoy_jwk),
        "x5c": _forged(kid=_UNKNOWN_KEY, x5c=["MIIB"]),
        "alg RS256 for a key of ES256": _forged(alg="RS256"),
        "iss of the attacker": lambda target: _signed(
            target, target.decoy.key, _claims(target, iss=target.decoy.url), kid=_UNKNOWN_KEY
        ),
    },
    "JWT, altered": {
        "claims of another user": _altered(_as_victim),
        "header of another algorithm": _altered(
            lambda target, parts: [base64url(json.dumps({"alg": "none", "kid": "x"}).encode()), *parts[1:]]
        ),
        "signature cut": _altered(lambda target, parts: [*parts[:2], parts[2][:-4]]),
        "signature one bit off": _altered(
            lambda target, parts: [*parts[:2], ("B" if parts[2][0] == "A" else "A") + parts[2][1:]]
        ),
        "signature in DER": _altered(_der_signature),
        "signature twice": _altered(lambda target, parts: [*parts, parts[2]]),
        "signature left out": _altered(lambda target, parts: parts[:2]),
        "five parts, as if encrypted": _altered(lambda target, parts: [*parts, "AAAA", "AAAA"]),
        "two tokens in one": _altered(lambda target, parts: [*parts[:2], f"{parts[2]}.{'.'.join(parts)}"]),
        "JSON serialization": _json_serialization,
        "a space within": _altered(lambda target, parts: [parts[0], f" {parts[1]}", parts[2]]),
        "claims that are no JSON": lambda target: _signed(target, _issuers_key(target), b"{"),
        "claims that are a list": lambda target: _signed(target, _issuers_key(target), b"[]"),
        "claims that are nested deeply": lambda target: _signed(target, _issuers_key(target), b"[" * 5_000),
        "header that is no JSON": _altered(lambda target, parts: [base64url(b"{"), *parts[1:]]),
        "header that is not UTF-8": _altered(lambda target, parts: [base64url(b'{"alg":"\xff"}'), *parts[1:]]),
        "empty parts": lambda target: "..",
        "rubbish": lambda target: "rubbish",
    },
    "JWT, claims": {
        "issuer wrong": _genuine({"iss": "https://other.example"}),
        "issuer missing": _genuine({"iss": ...}),
        "issuer with a slash": _genuine({"iss": "https://phones.example/"}),
        "issuer a list": _genuine({"iss": ["https://phones.example"]}),
        "audience wrong": _genuine({"aud": "other"}),
        "audience missing": _genuine({"aud": ...}),
        "audience empty": _genuine({"aud": []}),
        "audience a part of ours": _genuine({"aud": "voip"}),
        "expired": _genuine({"exp": 1_700_000_000}),
        "expired a minute ago": lambda target: _genuine({"exp": int(time.time()) - 60})(target),
        "exp missing": _genuine({"exp": ...}),
        "exp null": _genuine({"exp": None}),
        "exp text": _genuine({"exp": "tomorrow"}),
        "exp NaN": _genuine({"exp": float("nan")}),
        "exp Infinity": _genuine({"exp": float("inf")}),
        "exp negative": _genuine({"exp": -1}),
        "not yet valid": lambda target: _genuine({"nbf": int(time.time()) + _HOUR_S})(target),
        "issued in the future": lambda target: _genuine({"iat": int(time.time()) + _HOUR_S})(target),
        "crit exp": _genuine(header={"crit": ["exp"]}),
        "crit of an extension": _genuine(header={"crit": ["https://example.com/x"], "https://example.com/x": True}),
        "crit empty": _genuine(header={"crit": []}),
        "b64 false": _genuine(header={"b64": False, "crit": ["b64"]}),
        "duplicate claims, the last one expired": lambda target: _signed(
            target, _issuers_key(target), json.dumps(_claims(target)).encode()[:-1] + b', "exp": 1}'
        ),
    },
    "JWT, uid": {
        name: _genuine({"sub": uid})
        for name, uid in {
            "missing": ...,
            "null": None,
            "empty": "",
            "a fraction": 7.5,
            "a negative number": -7,
            "true": True,
            "a list": ["bob"],
            "an object": {"uid": "bob"},
            "a space": "bob smith",
            "a line break": "bob\n",
            "a NUL": "bob\x00",
            "a slash": "../bob",
            "an owner item's": "owner#" + "ab" * 32,
            "not ASCII": "bób",
            "full-width": "\uff42\uff4f\uff42",
            "Kelvin sign": "\u212aate",
            "half a surrogate pair": "\ud800",
            "too long": "b" * 101,
        }.items()
    },
    "JWT, oversized": {
        "9 kB": _genuine({"x": "x" * 6_500}),
        "100 kB": _genuine({"x": "x" * 75_000}),
    },
}


def _with_headers(make: Callable[[Target], list[str | bytes]], target: Target) -> Request:
    request = _put(target)
    for value in make(target):
        request = request.with_header("Authorization", value)
    return request


def _victims(target: Target) -> str:
    """A genuine token. Only the way in which it is presented is wrong."""
    return sign_jwt(target.description.jwt, target.victim.uid)


def _basic(target: Target) -> str:
    webhook = target.description.webhook
    return "Basic " + base64.b64encode(f"{webhook.username}:{webhook.password}".encode()).decode()


_HEADERS: list[tuple[str, Callable[[Target], list[str | bytes]], tuple[int, ...]]] = [
    ("none", lambda target: [], (UNAUTHENTICATED,)),
    ("empty", lambda target: [""], (UNAUTHENTICATED,)),
    ("Bearer and nothing", lambda target: ["Bearer"], (FORBIDDEN,)),
    ("the webhook's Basic credentials", lambda target: [_basic(target)], (FORBIDDEN,)),
    ("Basic with a genuine token", lambda target: [f"Basic {_victims(target)}"], (FORBIDDEN,)),
    ("a genuine token without a scheme", lambda target: [_victims(target)], (FORBIDDEN,)),
    ("another scheme", lambda target: [f"Token {_victims(target)}"], (FORBIDDEN,)),
    ("two spaces", lambda target: [f"Bearer  {_victims(target)}"], (FORBIDDEN,)),
    ("a tab", lambda target: [f"Bearer\t{_victims(target)}"], (FORBIDDEN, *NOT_HTTP)),
    ("not UTF-8", lambda target: [b"Bearer \xff\xfe"], (FORBIDDEN, *NOT_HTTP)),
    ("two, joined by a comma", lambda target: [f"Bearer {_victims(target)},Bearer x"], (FORBIDDEN,)),
    ("two, joined, the false one first", lambda target: [f"Bearer x,Bearer {_victims(target)}"], (FORBIDDEN,)),
    # Not the other way round: of two headers the emulator hands on the last one, API Gateway both, joined.
    ("twice, the second one false", lambda target: [f"Bearer {_victims(target)}", "Bearer x"], (FORBIDDEN,)),
    ("a line break and a header within", lambda target: [b"Bearer x\r\nX-Uid: bob"], (FORBIDDEN, INVALID)),
    ("a bare line feed within", lambda target: [b"Bearer x\nAuthorization: Bearer y"], (FORBIDDEN, *NOT_HTTP)),
    ("a NUL within", lambda target: [b"Bearer x\x00"], (FORBIDDEN, *NOT_HTTP)),
]
