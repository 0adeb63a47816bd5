"""Who may push: provider tokens, keys, and what a connection is bound to."""

import base64
import json
import time

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from apns_simulator import SimulatorConfig
from tests.support.apns.credentials import SigningKey

HOUR_S = 3600


def test_without_a_token_nobody_pushes(pusher):
    answer = pusher.push(authorization=None)
    assert (answer.status, answer.reason) == (403, "MissingProviderToken")


@pytest.mark.parametrize("authorization", ["", "bearer", "bearer x", "bearer a.b.c", "basic {token}", "{token}"])
def test_what_is_no_bearer_token_is_invalid(pusher, signing_key, authorization):
    answer = pusher.push(authorization=authorization.format(token=signing_key.token()))
    assert (answer.status, answer.reason) == (403, "InvalidProviderToken")


def test_only_registered_keys_can_sign(pusher, signing_key):
    forger = SigningKey()  # the same ids, another key
    stranger = SigningKey(key_id="OTHER12345", private_key=signing_key.private_key)
    other_team = SigningKey(team_id="OTHER12345", private_key=signing_key.private_key)
    for key in (forger, stranger, other_team):
        assert pusher.push(authorization=f"bearer {key.token()}").reason == "InvalidProviderToken"


def test_both_encodings_of_a_signature_are_taken(pusher, signing_key):
    header, claims, _ = signing_key.token().split(".")
    der = signing_key.private_key.sign(f"{header}.{claims}".encode(), ec.ECDSA(SHA256()))
    signature = base64.urlsafe_b64encode(der).rstrip(b"=").decode()
    assert pusher.push(authorization=f"Bearer {header}.{claims}.{signature}").status == 200


@pytest.mark.parametrize("age_s", [HOUR_S + 60, -HOUR_S - 60])
def test_a_token_is_good_for_an_hour_in_both_directions(apns, connect, signing_key, age_s):
    pusher = connect(apns, token=signing_key.token(issued_at_s=time.time() - age_s))
    answer = pusher.push()
    assert (answer.status, answer.reason) == (403, "ExpiredProviderToken")


@pytest.mark.parametrize("age_s", [HOUR_S - 60, -HOUR_S + 60])
def test_a_token_is_good_within_the_hour(apns, connect, signing_key, age_s):
    assert connect(apns, token=signing_key.token(issued_at_s=time.time() - age_s)).push().status == 200


def test_a_token_expires_on_an_open_connection(pusher, clock):
    assert pusher.push().status == 200
    clock.offset_s = HOUR_S + 60
    assert pusher.push().reason == "ExpiredProviderToken"


@pytest.mark.parametrize("reason", ["BadEnvironmentKeyIdInToken", "BadEnvironmentKeyInToken"])
def test_a_key_for_one_environment(start, connect, signing_key, reason):
    apns = start(
        SimulatorConfig(bad_environment_reason=reason), keys=[signing_key.registered(environments=["sandbox"])]
    )
    assert connect(apns, sandbox=True).push().status == 200
    answer = connect(apns).push()
    assert (answer.status, answer.reason) == (403, reason)


def test_a_connection_is_bound_to_its_first_key(start, connect, signing_key):
    sibling, stranger = SigningKey(key_id="SIBLING123"), SigningKey(key_id="STRANGER12", team_id="TEAM999999")
    apns = start(keys=[key.registered() for key in (signing_key, sibling, stranger)])
    pusher = connect(apns)
    assert pusher.push().status == 200
    for key in (sibling, stranger):
        answer = pusher.push(authorization=f"bearer {key.token()}")
        assert (answer.status, answer.reason) == (403, "UnrelatedKeyIdInToken")
    assert connect(apns, token=sibling.token()).push().status == 200


def test_a_new_token_within_20_minutes_on_a_connection_is_too_many(apns, connect, signing_key, clock):
    pusher = connect(apns)
    assert pusher.push().status == 200
    clock.offset_s = 20 * 60 - 10
    second = f"bearer {signing_key.token(clock())}"
    answer = pusher.push(authorization=second)
    assert (answer.status, answer.reason) == (429, "TooManyProviderTokenUpdates")
    assert pusher.push().status == 200
    assert connect(apns).push(authorization=second).status == 200
    clock.offset_s = 20 * 60 + 10
    assert pusher.push(authorization=second).status == 200
    assert apns.connections()[0]["provider_tokens"] == 2


def test_keys_are_registered_and_revoked_at_run_time(apns, connect):
    key = SigningKey(key_id="ROTATED123")
    apns.put_key(key.key_id, team_id=key.team_id, pem=key.pem.decode(), environments=["production"])
    assert connect(apns, token=key.token()).push().status == 200
    assert {registered["key_id"] for registered in apns.provider_keys()} == {"KEY1234567", "ROTATED123"}
    apns.delete_key(key.key_id)
    assert connect(apns, token=key.token()).push().reason == "InvalidProviderToken"


def test_the_record_has_the_token_s_content_but_not_the_token(pusher, apns, signing_key):
    pusher.push()
    [push] = apns.pushes()
    assert push["provider_token"]["kid"] == signing_key.key_id
    assert push["provider_token"]["iss"] == signing_key.team_id
    assert push["provider_token"]["iat"] == pytest.approx(time.time(), abs=60)
    assert len(push["provider_token"]["sha256"]) == 64
    assert pusher.headers["authorization"].removeprefix("bearer ") not in json.dumps(push)
