"""An issuer with a key of each kind, and the authorizer's view of it."""

import pytest

from authorizer.config import JwtConfig
from tests.support.functions.authorizer import EC_KEY, RSA_KEY, FakeJwks, Issuer
from tests.support.jwts import AUDIENCE, ISSUER


@pytest.fixture
def issuer() -> Issuer:
    config = JwtConfig(ISSUER, AUDIENCE, f"{ISSUER}/jwks.json", "sub", ("RS256", "ES256"))
    return Issuer(EC_KEY, RSA_KEY, FakeJwks(EC_KEY.jwk(), RSA_KEY.jwk()), config)
