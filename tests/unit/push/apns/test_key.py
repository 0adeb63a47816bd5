"""Apple's key in Secrets Manager, and what is said of one that can't be used."""

import asyncio
import gc
import json
import threading

import pytest
from botocore.exceptions import ReadTimeoutError
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat

from push.apns.key import ApnsKeys, ApnsKeySecret, parse_keys, read_keys
from push.errors import ApnsKeyUnusable
from shared.errors import SecretUnavailable
from shared.log_messages import LogMessage
from shared.secrets import CACHE_TTL_MS, Secret
from tests.support.apns.credentials import SigningKey
from tests.support.apns.key_secrets import secret_of, secret_per_environment
from tests.support.aws.secrets_manager import SECRET_ARN, FakeSecretsManager, client_error
from tests.support.clocks import MovedClock
from tests.support.observed import observed

KEY = SigningKey()
ROTATED = SigningKey(key_id="ROTATED123")
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
    with pytest.raises(ApnsKeyUnusable, match=r"^the secret with the APNs key must be a JSON object$"):
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
    assert read_keys(json.dumps(FIELDS | changes)) == ({}, problems)


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


class Environment:
    """A secret with the keys as one environment of the function sees it, on one event loop."""

    def __init__(self, versions: dict[str, str]) -> None:
        self.store, self.clock = FakeSecretsManager(versions), MovedClock()
        self.secret = ApnsKeySecret(Secret(self.store, SECRET_ARN, self.clock), self.clock)

    async def keys(self) -> ApnsKeys:
        """After what goes on in the background has ended."""
        await self.secret.keys()
        if self.secret._refreshing:
            await self.secret._refreshing
        return self.secret.kept


def test_a_secret_is_parsed_once_a_version():
    async def test() -> None:
        environment = Environment({"AWSCURRENT": secret_of(KEY)})
        first = await environment.keys()
        environment.clock.pass_ms(CACHE_TTL_MS)
        assert await environment.keys() is first
        assert len(environment.store.asked) == 2

    asyncio.run(test())


def test_a_new_key_is_read_in_the_background():
    async def test() -> None:
        environment = Environment({"AWSCURRENT": secret_of(KEY)})
        first = await environment.keys()
        environment.store.versions["AWSCURRENT"] = secret_of(ROTATED)
        environment.clock.pass_ms(CACHE_TTL_MS)
        assert await environment.secret.keys() is first
        assert (await environment.keys())["production"].key_id == ROTATED.key_id

    asyncio.run(test())


def test_a_secrets_manager_that_hangs_holds_up_nobody_who_has_a_key():
    async def test() -> None:
        environment = Environment({"AWSCURRENT": secret_of(KEY)})
        first = await environment.keys()
        released = threading.Event()
        environment.store.before_answer = released.wait
        environment.clock.pass_ms(CACHE_TTL_MS)
        while len(environment.store.asked) < 2:
            assert await environment.secret.keys() is first
            await asyncio.sleep(0.001)
        for _ in range(10):
            assert await environment.secret.keys() is first
            await asyncio.sleep(0.001)
        released.set()
        await environment.keys()
        assert len(environment.store.asked) == 2

    asyncio.run(test())


def test_phones_that_ask_at_once_read_the_secret_once():
    async def test() -> None:
        environment = Environment({"AWSCURRENT": secret_of(KEY)})
        found = await asyncio.gather(*(environment.secret.keys() for _ in range(10)))
        assert len({id(keys) for keys in found}) == 1
        assert len(environment.store.asked) == 1

    asyncio.run(test())


def test_phones_that_ask_at_once_share_a_failure_and_the_next_one_asks_again():
    async def test() -> None:
        environment = Environment({"AWSCURRENT": secret_of(KEY)})
        environment.store.failure = ReadTimeoutError(endpoint_url="secrets")
        failures = await asyncio.gather(*(environment.secret.keys() for _ in range(10)), return_exceptions=True)
        assert {type(failure) for failure in failures} == {SecretUnavailable}
        assert len(environment.store.asked) == 1
        environment.store.failure = None
        assert await environment.secret.keys()

    asyncio.run(test())


@pytest.mark.parametrize("read_ends", ["fails", "is cancelled"])
def test_who_gave_up_leaves_no_error_that_nobody_has_seen(read_ends):
    async def test() -> None:
        said: list[object] = []
        asyncio.get_running_loop().set_exception_handler(lambda loop, context: said.append(context))
        environment = Environment({"AWSCURRENT": secret_of(KEY)})
        environment.store.failure = ReadTimeoutError(endpoint_url="secrets")
        released = threading.Event()
        environment.store.before_answer = released.wait
        for _ in range(2):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.01):
                    await environment.secret.keys()
        assert environment.secret._first_read
        if read_ends == "fails":
            released.set()
        else:
            environment.secret._first_read.cancel()
        await asyncio.wait([environment.secret._first_read])
        environment.secret._first_read = None
        gc.collect()
        await asyncio.sleep(0)
        released.set()
        assert said == []

    asyncio.run(test())


def test_a_key_that_was_never_read_can_be_read_again():
    async def test() -> None:
        environment = Environment({"AWSCURRENT": secret_of(KEY)})
        await environment.secret.refresh(max_age_ms=60_000)
        assert environment.secret.kept["production"].key_id == KEY.key_id

    asyncio.run(test())


def test_a_refused_key_is_read_again_at_once_unless_it_is_younger_than_that():
    async def test() -> None:
        environment = Environment({"AWSCURRENT": secret_of(KEY)})
        await environment.keys()
        environment.store.versions["AWSCURRENT"] = secret_of(ROTATED)
        environment.clock.pass_ms(59_999)
        await environment.secret.refresh(max_age_ms=60_000)
        assert environment.secret.kept["production"].key_id == KEY.key_id
        environment.clock.pass_ms(1)
        await environment.secret.refresh(max_age_ms=60_000)
        assert environment.secret.kept["production"].key_id == ROTATED.key_id

    asyncio.run(test())


@pytest.mark.parametrize("versions", [{}, {"AWSCURRENT": ""}])
def test_an_empty_secret_names_its_remedy(versions):
    with pytest.raises(ApnsKeyUnusable, match=r"^the secret with the APNs key is empty; put the \.p8 key into it$"):
        asyncio.run(Environment(versions).keys())


@pytest.mark.parametrize(
    "change",
    ["not JSON", '{"production": {}}', json.dumps({"sandbox": {}} | json.loads(secret_per_environment(KEY, None)))],
    ids=["no JSON", "no key", "one key of two"],
)
def test_a_version_that_can_not_be_used_is_said_and_counted(counted, change):
    async def test() -> None:
        environment = Environment({"AWSCURRENT": secret_of(KEY)})
        await environment.keys()
        environment.store.versions["AWSCURRENT"] = change
        environment.clock.pass_ms(CACHE_TTL_MS)
        with observed() as said:
            await environment.keys()
        [line] = said.log
        assert (line["message"], line["level"]) == (LogMessage.APNS_KEY_UNUSABLE, "ERROR")
        assert line["detail"] == "; ".join(read_keys(change)[1])

    asyncio.run(test())
    assert counted() == {"ApnsConfigurationErrors": 1}


@pytest.mark.parametrize("broken", ["{}", "", "not JSON", '{"production": {}}'])
def test_keys_that_work_outlive_an_outage_and_a_version_that_does_not(broken):
    async def test() -> None:
        environment = Environment({"AWSCURRENT": secret_of(KEY)})
        first = await environment.keys()
        environment.store.failure = client_error("InternalServiceError", "GetSecretValue")
        environment.clock.pass_ms(CACHE_TTL_MS)
        assert await environment.keys() is first
        environment.store.failure = None
        environment.store.versions["AWSCURRENT"] = broken
        environment.clock.pass_ms(CACHE_TTL_MS)
        assert await environment.keys() is first

    asyncio.run(test())


def test_a_mistake_in_one_environments_key_leaves_the_other_one():
    secret = json.loads(secret_per_environment(KEY, KEY)) | {"sandbox": {"key_id": "typo"}}

    async def test() -> None:
        environment = Environment({"AWSCURRENT": json.dumps(secret)})
        assert set(await environment.keys()) == {"production"}

    asyncio.run(test())
    keys, problems = read_keys(json.dumps(secret))
    assert set(keys) == {"production"}
    assert all(problem.startswith("sandbox.") for problem in problems)
