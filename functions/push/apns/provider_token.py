"""Provider tokens: the JWTs with which we say to APNs who we are.

Apple: "Refresh your token no more than once every 20 minutes and no less than once every 60 minutes", counts changes
of the token on a connection, and advises to use the same one everywhere ("Establishing a token-based connection to
APNs"). So `iat` lies on a grid of 50 minutes and the signature is deterministic (RFC 6979): all environments of the
function make the identical token without talking to each other.
"""

import json
from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from jwt.algorithms import AllowedECKeys, ECAlgorithm
from jwt.api_jws import PyJWS
from jwt.utils import der_to_raw_signature

from push.apns.key import ApnsKey
from shared.clock import Clock

GRID_S = 3_000
MIN_RENEWAL_S = 1_200


class ProviderTokens:
    """The token for a key and this moment."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._renewed_at_s = 0

    def token(self, key: ApnsKey) -> str:
        """As it goes behind `bearer`."""
        return sign(key, max(self._clock() // 1000 // GRID_S * GRID_S, self._renewed_at_s))

    def renew(self) -> bool:
        """Leaves the grid, since APNs takes our token for expired. False if that was done less than 20 minutes ago."""
        now_s = self._clock() // 1000
        if now_s - self._renewed_at_s < MIN_RENEWAL_S:
            return False
        self._renewed_at_s = now_s
        return True


@lru_cache(maxsize=8)
def sign(key: ApnsKey, iat_s: int) -> str:
    """The JWT. The same arguments always give the same one."""
    claims = json.dumps({"iss": key.team_id, "iat": iat_s}, separators=(",", ":")).encode()
    return deterministic_es256.encode(claims, key.private_key, algorithm="ES256", headers={"kid": key.key_id})


class _DeterministicES256(ECAlgorithm):
    """PyJWT's own ES256 is randomised."""

    def sign(self, msg: bytes, key: AllowedECKeys) -> bytes:
        if not isinstance(key, EllipticCurvePrivateKey):
            raise TypeError("signing takes a private key")
        signature = key.sign(msg, ECDSA(SHA256(), deterministic_signing=True))
        return der_to_raw_signature(signature, key.curve)


deterministic_es256 = PyJWS(algorithms=[])
deterministic_es256.register_algorithm("ES256", _DeterministicES256(ECAlgorithm.SHA256))
