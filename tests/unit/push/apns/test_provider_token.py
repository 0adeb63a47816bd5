"""The JWT with which we say to APNs who we are."""

import base64
import json

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from push.apns.provider_token import GRID_S, MIN_RENEWAL_S, ProviderTokens, deterministic_es256, sign
from tests.support.apns.credentials import SigningKey
from tests.support.apns.key_secrets import apns_key, tokens_of_fresh_processes
from tests.support.clocks import NOON_MS, MovedClock

SIGNING_KEY = SigningKey()
KEY = apns_key(SIGNING_KEY)
GRID_MS = GRID_S * 1000
BOUNDARY_MS = NOON_MS // GRID_MS * GRID_MS


@pytest.fixture(autouse=True)
def _forget_signed_tokens():
    sign.cache_clear()


def issued_at(token: str) -> int:
    return jwt.decode(token, options={"verify_signature": False})["iat"]


def test_the_token_says_who_we_are_and_nothing_else():
    header, claims, signature = ProviderTokens(MovedClock()).token(KEY).split(".")
    assert decoded(header) == {"alg": "ES256", "kid": "KEY1234567", "typ": "JWT"}
    assert decoded(claims) == {"iss": "TEAM123456", "iat": BOUNDARY_MS // 1000}
    assert isinstance(decoded(claims)["iat"], int)
    assert len(base64.urlsafe_b64decode(signature + "==")) == 64


def decoded(part: str) -> dict:
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def test_apple_can_verify_it():
    token = ProviderTokens(MovedClock()).token(KEY)
    jwt.decode(token, SIGNING_KEY.private_key.public_key(), algorithms=["ES256"])
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(token, SigningKey().private_key.public_key(), algorithms=["ES256"])


def test_ten_processes_make_the_same_token():
    deadlines = [BOUNDARY_MS + part * (GRID_MS - 1) // 9 for part in range(10)]
    tokens = tokens_of_fresh_processes(SIGNING_KEY, deadlines)
    assert set(tokens) == {ProviderTokens(lambda: BOUNDARY_MS).token(KEY)}


def test_signing_again_gives_the_same_token():
    tokens = set()
    for _ in range(5):
        sign.cache_clear()
        tokens.add(ProviderTokens(MovedClock()).token(apns_key(SIGNING_KEY)))
    assert len(tokens) == 1


def test_a_public_key_signs_nothing():
    with pytest.raises(TypeError, match=r"^signing takes a private key$"):
        deterministic_es256.encode(b"{}", KEY.private_key.public_key(), algorithm="ES256")


def test_other_keys_teams_and_times_give_other_tokens():
    other_key = SigningKey(key_id="KEY7654321", private_key=SIGNING_KEY.private_key)
    other_team = SigningKey(team_id="TEAM654321", private_key=SIGNING_KEY.private_key)
    keys = [KEY, apns_key(other_key), apns_key(other_team), apns_key(SigningKey())]
    assert len({sign(key, iat) for key in keys for iat in (1, 2)}) == 8


def test_the_token_changes_at_the_boundary_of_the_grid_and_only_there():
    clock = MovedClock(BOUNDARY_MS)
    tokens = ProviderTokens(clock)
    first = tokens.token(KEY)
    clock.pass_ms(GRID_MS - 1)
    assert tokens.token(KEY) == first
    clock.pass_ms(1)
    assert issued_at(tokens.token(KEY)) == issued_at(first) + GRID_S


@given(st.integers(NOON_MS, NOON_MS + 10 * GRID_MS))
def test_the_token_is_never_older_than_an_hour_nor_of_the_future(now_ms):
    age_s = now_ms // 1000 - issued_at(ProviderTokens(lambda: now_ms).token(KEY))
    assert 0 <= age_s < GRID_S < 3_600


def test_a_refused_token_is_replaced_by_one_of_now_for_the_rest_of_its_grid():
    clock = MovedClock(BOUNDARY_MS + 600_999)
    tokens = ProviderTokens(clock)
    assert tokens.renew()
    assert repr(issued_at(tokens.token(KEY))) == str(BOUNDARY_MS // 1000 + 600)
    clock.pass_ms(GRID_MS - 601_000)
    assert issued_at(tokens.token(KEY)) == BOUNDARY_MS // 1000 + 600
    clock.pass_ms(1)
    assert issued_at(tokens.token(KEY)) == BOUNDARY_MS // 1000 + GRID_S


def test_a_token_is_renewed_at_most_once_in_20_minutes():
    clock = MovedClock()
    tokens = ProviderTokens(clock)
    assert tokens.renew()
    renewed = tokens.token(KEY)
    clock.pass_ms(MIN_RENEWAL_S * 1000 - 1)
    assert not tokens.renew()
    assert tokens.token(KEY) == renewed
    clock.pass_ms(1)
    assert tokens.renew()
    assert issued_at(tokens.token(KEY)) == issued_at(renewed) + MIN_RENEWAL_S
