"""Apple's key in Secrets Manager, and what is said of one that can't be used."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat

from push.apns.key import ApnsKeySecret, ApnsKeyUnusable, parse_keys
from shared.secrets import Secret
from tests.support.apns.credentials import SigningKey
from tests.support.apns.key_secrets import secret_of, secret_per_environment
from tests.support.aws.secrets_manager import SECRET_ARN, FakeSecretsManager, client_error
from tests.support.clocks import MovedClock

KEY = SigningKey()
FIELDS = json.loads(secret_of(KEY))
BAD_KEY_ID = "key_id must be 10 capital letters and digits"
BAD_TEAM_ID = "team_id must be 10 capital letters and digits"
BAD_PEM = "private_key must be the text of the .p8 file, a P-256 key in PEM"


def pem(key, encryption=NoEncryption()) -> str:  # noqa: B008
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption).decode()


def test_one_key_is_for_both_environments():
    keys = parse_keys(secret_of(KEY))
    assert keys["production"] is keys["sandbox"]
    assert (keys["production"].key_id, keys["production"].team_id) == (KEY.key_id, KEY.team_id)
    assert keys["production"].private_key.private_numbers() == KEY.private_key.private_numbers()


def test_a_key_per_environment():
    keys = parse_keys(secret_per_environment(KEY, SigningKey(key_id="SANDBOX123")))
    assert (keys["production"].key_id, keys["sandbox"].key_id) == ("KEY1234567", "SANDBOX123")
    assert set(parse_keys(secret_per_environment(None, KEY))) == {"sandbox"}


@pytest.mark.parametrize("text", ["", "-----BEGIN PRIVATE KEY-----", "[]", "null", '"text"', "{", "1"])
def test_a_secret_that_is_no_json_object(text):
    with pytest.raises(ApnsKeyUnusable, match="must be a JSON object"):
        parse_keys(text)


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        ({"key_id": "short"}, [BAD_KEY_ID]),
        ({"key_id": "key1234567"}, [BAD_KEY_ID]),
        ({"key_id": "KEY1234567\n"}, [BAD_KEY_ID]),
        ({"key_id": 1234567890}, [BAD_KEY_ID]),
        ({"team_id": None}, [BAD_TEAM_ID]),
        ({"private_key": None}, [BAD_PEM]),
        ({"private_key": "garbage"}, [BAD_PEM]),
        ({"private_key": "\ud800"}, [BAD_PEM]),
        ({"private_key": FIELDS["private_key"].split("-----")[2]}, [BAD_PEM]),
        ({"private_key": pem(ec.generate_private_key(ec.SECP384R1()))}, [BAD_PEM]),
        ({"private_key": pem(rsa.generate_private_key(public_exponent=65537, key_size=2048))}, [BAD_PEM]),
        ({"private_key": pem(KEY.private_key, BestAvailableEncryption(b"secret"))}, [BAD_PEM]),
        ({"key_id": "", "team_id": "", "private_key": ""}, [BAD_KEY_ID, BAD_TEAM_ID, BAD_PEM]),
    ],
)
def test_everything_wrong_with_a_key_is_named(changes, problems):
    with pytest.raises(ApnsKeyUnusable) as raised:
        parse_keys(json.dumps(FIELDS | changes))
    assert str(raised.value).split("; ") == problems


def test_an_object_without_any_field_of_a_key():
    with pytest.raises(ApnsKeyUnusable) as raised:
        parse_keys("{}")
    assert str(raised.value).split("; ") == [BAD_KEY_ID, BAD_TEAM_ID, BAD_PEM]


def test_of_keys_per_environment_all_problems_are_named():
    text = json.dumps({"production": FIELDS | {"key_id": "x"}, "sandbox": None})
    with pytest.raises(ApnsKeyUnusable) as raised:
        parse_keys(text)
    problems = str(raised.value).split("; ")
    assert problems == [f"production.{BAD_KEY_ID}"] + [f"sandbox.{each}" for each in (BAD_KEY_ID, BAD_TEAM_ID, BAD_PEM)]


def test_no_problem_quotes_the_key():
    with pytest.raises(ApnsKeyUnusable) as raised:
        parse_keys(json.dumps(FIELDS | {"key_id": "x", "private_key": "MIGHAgEAMBMG"}))
    assert "MIGHAgEAMBMG" not in str(raised.value)
    assert "MIGHAgEAMBMG" not in repr(raised.value)
    key = parse_keys(secret_of(KEY))["production"]
    assert KEY.key_id not in repr(key)


def test_a_secret_is_parsed_once_a_version():
    store = FakeSecretsManager({"AWSCURRENT": secret_of(KEY)})
    clock = MovedClock()
    keys = ApnsKeySecret(Secret(store, SECRET_ARN, clock))
    first = keys.keys()
    clock.pass_ms(3_600_000)
    assert keys.keys() is first
    assert len(store.asked) == 2
    store.versions["AWSCURRENT"] = secret_of(SigningKey(key_id="ROTATED123"))
    assert keys.keys()["production"].key_id == "KEY1234567"
    clock.pass_ms(60_000)
    assert keys.keys(max_age_ms=60_000)["production"].key_id == "ROTATED123"


@pytest.mark.parametrize("versions", [{}, {"AWSCURRENT": ""}])
def test_an_empty_secret_names_its_remedy(versions):
    with pytest.raises(ApnsKeyUnusable, match=r"put the \.p8 key into it"):
        ApnsKeySecret(Secret(FakeSecretsManager(versions), SECRET_ARN, MovedClock())).keys()


def test_a_usable_key_outlives_an_outage_and_an_unusable_version_does_not_pass_for_it():
    store, clock = FakeSecretsManager({"AWSCURRENT": secret_of(KEY)}), MovedClock()
    keys = ApnsKeySecret(Secret(store, SECRET_ARN, clock))
    first = keys.keys()
    store.failure = client_error("InternalServiceError", "GetSecretValue")
    clock.pass_ms(3_600_000)
    assert keys.keys() is first
    store.failure = None
    store.versions["AWSCURRENT"] = "{}"
    clock.pass_ms(3_600_000)
    for _ in range(2):
        with pytest.raises(ApnsKeyUnusable):
            keys.keys()
