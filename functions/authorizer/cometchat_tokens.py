"""Verifies a CometChat auth token by asking CometChat's REST API.

`GET /users/{uid}/auth_tokens/{authToken}` (CometChat, REST API, Auth Tokens). The path contains the token, so the URL
is in no error and no log line.
"""

import hashlib
import hmac
import json
import re
from collections import OrderedDict
from typing import Any

from authorizer.errors import CometChatUnavailable, NoAnswer, Unauthorized
from authorizer.http_get import HttpResponse, get
from authorizer.identity import COMETCHAT_TOKEN
from authorizer.token_bucket import TokenBucket
from shared.clock import Clock
from shared.cometchat_api import rest_api_key
from shared.errors import RestApiKeyUnusable, SecretUnavailable
from shared.secrets import Secret
from shared.time_limits import AUTH_TOKEN_S
from shared.uids import normalised_uid

# Error codes about the token; all others are about our API key or CometChat itself.
_NOT_VALID = {
    "AUTH_ERR_AUTH_TOKEN_NOT_FOUND",
    "ERR_AUTH_TOKEN_NOT_FOUND",
    "ERR_AUTHTOKEN_NOT_ACCESSIBLE",
    "ERR_UID_NOT_FOUND",
}
REFUSED_FOR_MS = 60_000
MAX_REFUSALS = 1_000
# How many look-ups of invalid tokens each warm environment makes: a plan includes 10,000 REST requests a minute for all
# that the app does. Valid tokens are not counted: real users may all sign in at the same moment.
BURST, PER_S = 20, 2.0


class CometChatTokens:
    def __init__(self, url: str, key: Secret, clock: Clock, *, timeout_s: float = AUTH_TOKEN_S) -> None:
        """`url` is `https://<app id>.api-<region>.cometchat.io/v3`; the secret holds `{"rest_api_key": "..."}`."""
        self._url = url
        self._key = key
        self._clock = clock
        self._timeout_s = timeout_s
        self._bucket = TokenBucket(clock, burst=BURST, per_s=PER_S)
        self._refused_until_ms: OrderedDict[bytes, int] = OrderedDict()

    def uid_of(self, token: str) -> str:
        """Raises `Unauthorized` or `CometChatUnavailable`."""
        match = COMETCHAT_TOKEN.fullmatch(token)
        if match is None:
            raise Unauthorized("not a CometChat auth token")
        digest = hashlib.sha256(token.encode()).digest()
        if self._refused_until_ms.get(digest, 0) > self._clock():
            raise Unauthorized("CometChat refused the token less than a minute ago")
        if not self._bucket.has_token():
            raise CometChatUnavailable("too many look-ups of invalid tokens")
        uid = match[1]
        response = self._ask(uid, token)
        if response.status == 200:
            return _confirmed_uid(response, uid, token)
        code = _error_code(response)
        if code not in _NOT_VALID:
            raise CometChatUnavailable(f"status {response.status} {code}")
        self._bucket.take()
        self._remember_refusal(digest)
        raise Unauthorized("CometChat does not know the token")

    def _ask(self, uid: str, token: str) -> HttpResponse:
        try:
            headers = {"apikey": rest_api_key(self._key), "accept": "application/json"}
            # Both consist of characters that need no escaping in a path.
            return get(f"{self._url}/users/{uid}/auth_tokens/{token}", headers, timeout_s=self._timeout_s)
        except (RestApiKeyUnusable, SecretUnavailable, NoAnswer) as error:
            raise CometChatUnavailable(str(error)) from error

    def _remember_refusal(self, digest: bytes) -> None:
        self._refused_until_ms[digest] = self._clock() + REFUSED_FOR_MS
        self._refused_until_ms.move_to_end(digest)
        if len(self._refused_until_ms) > MAX_REFUSALS:
            self._refused_until_ms.popitem(last=False)


def _confirmed_uid(response: HttpResponse, uid: str, token: str) -> str:
    """The response must be about this user and this token."""
    data = _field(_json(response), "data")
    returned = _field(data, "authToken")
    same = isinstance(returned, str) and hmac.compare_digest(returned.encode(errors="replace"), token.encode())
    if not same or normalised_uid(_field(data, "uid")) != uid:
        raise CometChatUnavailable("the response is about another token")
    return uid


def _error_code(response: HttpResponse) -> str:
    code = _field(_field(_json(response), "error"), "code")
    return code if isinstance(code, str) and re.fullmatch(r"[A-Z_]{1,60}", code) else ""


def _json(response: HttpResponse) -> Any:
    try:
        return json.loads(response.body)
    except (ValueError, RecursionError):
        return None


def _field(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None
