"""Apple's .p8 keys, as they lie in Secrets Manager."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from shared.devices import APNS_ENVIRONMENTS, ApnsEnvironment
from shared.secrets import CACHE_TTL_MS, Secret, UnusableSecret

_ID = re.compile(r"[A-Z0-9]{10}")


class ApnsKeyUnusable(UnusableSecret):
    """The secret holds no key, or not one that can sign for APNs."""


@dataclass(frozen=True, slots=True, repr=False)
class ApnsKey:
    key_id: str
    team_id: str
    private_key: EllipticCurvePrivateKey


type ApnsKeys = Mapping[ApnsEnvironment, ApnsKey]


class ApnsKeySecret:
    """The keys, parsed once a version."""

    def __init__(self, secret: Secret) -> None:
        self._secret = secret
        self._text: str | None = None
        self._keys: ApnsKeys = {}

    def keys(self, *, max_age_ms: int = CACHE_TTL_MS) -> ApnsKeys:
        """Raises `ApnsKeyUnusable` or `SecretUnavailable`."""
        return self._secret.parsed(self._parse, max_age_ms=max_age_ms)

    def _parse(self, text: str) -> ApnsKeys:
        if not text:
            raise ApnsKeyUnusable("the secret with the APNs key is empty; put the .p8 key into it")
        if text != self._text:
            self._keys = parse_keys(text)
            self._text = text
        return self._keys


def parse_keys(text: str) -> ApnsKeys:
    """Reads `{"key_id", "team_id", "private_key"}`, for both environments, or `{"production": {…}, "sandbox": {…}}`.

    Apple's keys of 2025 and later are for one environment; older ones are for both. Raises `ApnsKeyUnusable`.
    """
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise ApnsKeyUnusable("the secret with the APNs key must be a JSON object")
    by_environment = {name: value[name] for name in APNS_ENVIRONMENTS if name in value}
    problems: list[str] = []
    if by_environment:
        keys = {name: _parse_key(key, f"{name}.", problems) for name, key in by_environment.items()}
    else:
        keys = dict.fromkeys(APNS_ENVIRONMENTS, _parse_key(value, "", problems))
    if problems:
        raise ApnsKeyUnusable("; ".join(problems))
    return {name: key for name, key in keys.items() if key}


def _parse_key(value: Any, path: str, problems: list[str]) -> ApnsKey | None:
    fields = value if isinstance(value, dict) else {}
    for name in ("key_id", "team_id"):
        if not isinstance(fields.get(name), str) or not _ID.fullmatch(fields[name]):
            problems.append(f"{path}{name} must be 10 capital letters and digits")
    private_key = _load(fields.get("private_key"))
    if private_key is None:
        problems.append(f"{path}private_key must be the text of the .p8 file, a P-256 key in PEM")
    if problems or private_key is None:
        return None
    return ApnsKey(fields["key_id"], fields["team_id"], private_key)


def _load(pem: Any) -> EllipticCurvePrivateKey | None:
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (AttributeError, ValueError, TypeError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, EllipticCurvePrivateKey) and isinstance(key.curve, SECP256R1) else None
