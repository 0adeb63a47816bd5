"""The public keys with which the JWTs of phones are verified: are they to be had?"""

from collections.abc import Iterator

import httpx
from jwt import PyJWKSet
from jwt.exceptions import PyJWTError

from ops.doctor.findings import Finding, Ok, Problem, ProblemCode
from ops.doctor.functions import live_variables
from ops.stack.deployed import DeployedStack

_TIMEOUT_S = 10.0
_REMEDY = "the parameter TokenJwksUrl must be where the issuer of your app's JWTs publishes its keys (RFC 7517)"


def jwks(stack: DeployedStack) -> Iterator[Finding]:
    url = live_variables(stack, "authorizer").get("TOKEN_JWKS_URL", "")
    if not url:
        return
    try:
        with httpx.Client(trust_env=url.startswith("https:"), timeout=_TIMEOUT_S) as client:
            keys = PyJWKSet.from_dict(client.get(url).raise_for_status().json()).keys
    except httpx.HTTPError as error:
        yield Problem(
            ProblemCode.JWKS_UNREACHABLE, f"no phone can register: {url}: {error or type(error).__name__}", _REMEDY
        )
        return
    except (ValueError, AttributeError, PyJWTError) as error:
        yield Problem(ProblemCode.JWKS_EMPTY, f"no phone can register: {url} has no usable keys: {error}", _REMEDY)
        return
    if not any(key.key_id for key in keys):
        yield Problem(ProblemCode.JWKS_EMPTY, f"no phone can register: no key of {url} has an id (kid)", _REMEDY)
        return
    yield Ok(f"{len(keys)} key(s) to verify the JWTs of phones with")
