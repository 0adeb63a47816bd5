"""An issuer with an EC and an RSA key, and the authorizer's view of it."""

import pytest

from authorizer.config import JwtConfig
from tests.support.functions.authorizer import EC_KEY, RSA_KEY, FakeJwks, Issuer
from tests.support.jwts import AUDIENCE, ISSUER


@pytest.fixture
def issuer() -> Issuer:
    config = JwtConfig(ISSUER, AUDIENCE, f"{ISSUER}/jwks.json", "sub", ("RS256", "ES256"))
    return Issuer(EC_KEY, RSA_KEY, FakeJwks(RSA_KEY.jwk()), config)
