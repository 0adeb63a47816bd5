"""Checks that the public keys that verify the phones' JWTs can be fetched and used."""

from collections.abc import Iterator

import httpx

from authorizer.errors import NoUsableKeys
from authorizer.verification_keys import verification_keys
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
            names = verification_keys(client.get(url).raise_for_status().json())
    except httpx.HTTPError as error:
        yield Problem(
            ProblemCode.JWKS_UNREACHABLE, f"no phone can register: {url}: {error or type(error).__name__}", _REMEDY
        )
        return
    except ValueError as error:
        reason = error if isinstance(error, NoUsableKeys) else "not JSON"
        yield Problem(ProblemCode.JWKS_EMPTY, f"no phone can register: {url}: {reason}", _REMEDY)
        return
    key_ids = {key_id for key_id, _ in names}
    yield Ok(f"{len(key_ids)} key(s) to verify the phones' JWTs")
