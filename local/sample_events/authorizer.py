"""What API Gateway hands to the authorizer."""

import base64
import json
from typing import Any

from local.sample_events.credentials import AUDIENCE, ISSUER, KEY_ID, UID, jwt
from local.sample_events.shapes import authorizer_event


def authorizer_events(now_ms: int) -> dict[str, dict[str, Any]]:
    now_s = now_ms // 1000
    authorizations = {
        "authorizer-valid": f"Bearer {jwt(now_ms)}",
        "authorizer-expired": f"Bearer {jwt(now_ms, iat=now_s - 7200, exp=now_s - 3600)}",
        "authorizer-other-audience": f"Bearer {jwt(now_ms, aud='somebody-else')}",
        "authorizer-other-issuer": f"Bearer {jwt(now_ms, iss='https://elsewhere.example')}",
        "authorizer-unknown-key": f"Bearer {jwt(now_ms, kid='unknown')}",
        "authorizer-no-signature": f"Bearer {_unsigned(now_s)}",
        "authorizer-not-a-uid": f"Bearer {jwt(now_ms, sub='not a uid')}",
        "authorizer-not-a-jwt": "Bearer not-a-jwt",
        "authorizer-not-bearer": "Basic Ym9iOnBhc3N3b3Jk",
    }
    return {
        name: authorizer_event("PUT /voip-tokens", now_ms, name=name, authorization=authorization)
        for name, authorization in authorizations.items()
    }


def _unsigned(now_s: int) -> str:
    """A JWT with `"alg": "none"`, the oldest trick."""
    header = {"alg": "none", "typ": "JWT", "kid": KEY_ID}
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": UID, "iat": now_s, "exp": now_s + 3600}
    return ".".join(_base64url(json.dumps(part).encode()) for part in (header, claims)) + "."


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
