"""The issuer's public keys, fetched when they are needed and kept when the issuer is out of reach."""

import json

from jwt import PyJWK, PyJWKSet
from jwt.exceptions import PyJWKError, PyJWKSetError

from authorizer.http_get import NoAnswer, get
from shared.clock import Clock

CACHE_TTL_MS = 3_600_000
# For keys that nobody has heard of: an attacker must not be able to make us ask the issuer again and again.
MIN_REFRESH_MS = 60_000

# Not JSON, or not keys.
_BROKEN = (ValueError, RecursionError, TypeError, AttributeError, PyJWKError, PyJWKSetError)


class UnknownKey(Exception):
    """No key of the issuer's has this id."""


class JwksUnavailable(Exception):
    """The keys have never been fetched, and can't be."""


class Jwks:
    def __init__(self, url: str, clock: Clock, *, timeout_s: float = 3) -> None:
        self._url = url
        self._clock = clock
        self._timeout_s = timeout_s
        self._keys: dict[str, PyJWK] = {}
        self._fetched_at_ms: int | None = None
        self._tried_at_ms: int | None = None
        self._failure = ""

    def key(self, key_id: str) -> PyJWK:
        """Raises `UnknownKey` or `JwksUnavailable`."""
        if self._is_older_than(self._fetched_at_ms, CACHE_TTL_MS) or key_id not in self._keys:
            self._fetch()
        if key_id in self._keys:
            return self._keys[key_id]
        if self._fetched_at_ms is None:
            raise JwksUnavailable(self._failure)
        raise UnknownKey

    def _fetch(self) -> None:
        if not self._is_older_than(self._tried_at_ms, MIN_REFRESH_MS):
            return
        self._tried_at_ms = self._clock()
        try:
            response = get(self._url, {"accept": "application/json"}, timeout_s=self._timeout_s)
            if response.status != 200:
                raise NoAnswer(f"status {response.status}")
            key_set = PyJWKSet.from_dict(json.loads(response.body))
        except NoAnswer as error:
            self._failure = str(error)
            return
        except _BROKEN as error:
            self._failure = f"no key set: {type(error).__name__}"
            return
        self._keys = {key.key_id: key for key in key_set.keys if key.key_id}
        self._fetched_at_ms = self._tried_at_ms

    def _is_older_than(self, at_ms: int | None, age_ms: int) -> bool:
        return at_ms is None or self._clock() - at_ms >= age_ms
