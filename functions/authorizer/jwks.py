"""The issuer's public keys: fetched when needed, kept while the issuer is unreachable."""

import json

from jwt import PyJWK

from authorizer.errors import JwksUnavailable, NoAnswer, UnknownKey
from authorizer.http_get import get
from authorizer.verification_keys import KeyName, verification_keys
from shared.clock import Clock
from shared.time_limits import JWKS_S

CACHE_TTL_MS = 3_600_000
# For key ids that are not in the set: invented ones must not make us ask the issuer again and again.
MIN_REFRESH_MS = 60_000
# While no key was ever fetched nobody can sign in, so one failure must not last for a minute.
MIN_FIRST_FETCH_MS = 1_000


class Jwks:
    def __init__(self, url: str, clock: Clock, *, timeout_s: float = JWKS_S) -> None:
        self._url = url
        self._clock = clock
        self._timeout_s = timeout_s
        self._keys: dict[KeyName, PyJWK] = {}
        self._fetched_at_ms: int | None = None
        self._tried_at_ms: int | None = None
        self._failure = ""

    def key(self, key_id: str, algorithm: str) -> PyJWK:
        """Raises `UnknownKey` or `JwksUnavailable`."""
        name = (key_id, algorithm)
        if name not in self._keys or self._is_older_than(self._fetched_at_ms, CACHE_TTL_MS):
            self._fetch()
        if name in self._keys:
            return self._keys[name]
        if self._fetched_at_ms is None:
            raise JwksUnavailable(self._failure)
        raise UnknownKey

    def _fetch(self) -> None:
        interval_ms = MIN_FIRST_FETCH_MS if self._fetched_at_ms is None else MIN_REFRESH_MS
        if not self._is_older_than(self._tried_at_ms, interval_ms):
            return
        self._tried_at_ms = self._clock()
        try:
            response = get(self._url, {"accept": "application/json"}, timeout_s=self._timeout_s)
            if response.status != 200:
                raise NoAnswer(f"status {response.status}")
            self._keys = verification_keys(json.loads(response.body))
        except NoAnswer as error:
            self._failure = str(error)
        # Not JSON, nested too deeply, or no keys.
        except (ValueError, RecursionError) as error:
            self._failure = f"not a usable key set: {type(error).__name__}"
        else:
            self._fetched_at_ms = self._tried_at_ms

    def _is_older_than(self, at_ms: int | None, age_ms: int) -> bool:
        return at_ms is None or self._clock() - at_ms >= age_ms
