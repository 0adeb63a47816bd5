"""Secrets are kept for a while: a rotation is noticed, and an outage of Secrets Manager is not."""

import pytest
from botocore.exceptions import ReadTimeoutError

from shared.errors import SecretUnavailable, UnusableSecret
from shared.secrets import CACHE_TTL_MS, FAILURE_COOLDOWN_MS, UNUSABLE_CACHE_TTL_MS, Secret
from tests.support.aws.secrets_manager import SECRET_ARN, FakeSecretsManager, client_error
from tests.support.clocks import MovedClock

OUTAGES = [client_error("InternalServiceError", "GetSecretValue"), ReadTimeoutError(endpoint_url="secrets")]


class KeptSecret:
    def __init__(self, **versions: str) -> None:
        self.clock = MovedClock()
        self.client = FakeSecretsManager(dict(versions))
        self.secret = Secret(self.client, SECRET_ARN, self.clock)

    def value_later(self, duration_ms: int) -> str | None:
        self.clock.pass_ms(duration_ms)
        return self.secret.value()

    @property
    def questions(self) -> int:
        return len(self.client.asked)


def test_a_value_is_kept_and_then_fetched_again() -> None:
    kept = KeptSecret(AWSCURRENT="old")

    assert kept.secret.value() == "old"
    kept.client.versions["AWSCURRENT"] = "new"
    assert kept.value_later(CACHE_TTL_MS - 1) == "old"
    assert kept.questions == 1
    assert kept.value_later(1) == "new"
    assert kept.questions == 2


def test_a_caller_in_doubt_may_ask_for_a_younger_value() -> None:
    kept = KeptSecret(AWSCURRENT="old")
    kept.secret.value()
    kept.client.versions["AWSCURRENT"] = "new"
    kept.clock.pass_ms(1_000)

    assert kept.secret.value(max_age_ms=1_001) == "old"
    assert kept.secret.value(max_age_ms=1_000) == "new"
    assert kept.secret.value() == "new"


def test_each_version_is_kept_for_itself() -> None:
    kept = KeptSecret(AWSCURRENT="new", AWSPREVIOUS="old")

    assert [kept.secret.value("AWSPREVIOUS"), kept.secret.value(), kept.secret.value("AWSPREVIOUS")] == [
        "old",
        "new",
        "old",
    ]
    assert kept.client.asked == ["AWSPREVIOUS", "AWSCURRENT"]


def number(text: str) -> int:
    if not text.isdecimal():
        raise UnusableSecret("a number is expected")
    return int(text)


@pytest.mark.parametrize("unusable", [{}, {"AWSCURRENT": "seven"}])
def test_a_secret_that_is_filled_or_mended_is_noticed_soon(unusable: dict[str, str]) -> None:
    kept = KeptSecret(**unusable)
    for _ in range(20):
        with pytest.raises(UnusableSecret):
            kept.secret.parsed(number)
    assert kept.questions == 1

    kept.client.versions["AWSCURRENT"] = "7"
    kept.clock.pass_ms(UNUSABLE_CACHE_TTL_MS - 1)
    with pytest.raises(UnusableSecret):
        kept.secret.parsed(number)
    kept.clock.pass_ms(1)
    assert kept.secret.parsed(number) == 7
    assert kept.questions == 2


def test_a_secret_without_a_value_is_an_empty_text() -> None:
    assert KeptSecret().secret.parsed(str) == ""


def test_what_is_usable_is_kept_for_long() -> None:
    kept = KeptSecret(AWSCURRENT="7")

    assert kept.secret.parsed(number) == 7
    kept.clock.pass_ms(CACHE_TTL_MS - 1)
    assert kept.secret.parsed(number) == 7
    assert kept.questions == 1


def test_that_there_is_no_previous_version_is_kept_for_long() -> None:
    kept = KeptSecret(AWSCURRENT="only")

    assert kept.secret.value("AWSPREVIOUS") is None
    kept.clock.pass_ms(CACHE_TTL_MS - 1)
    assert kept.secret.value("AWSPREVIOUS") is None
    assert kept.questions == 1


@pytest.mark.parametrize("outage", OUTAGES)
def test_an_outage_before_there_is_a_value(outage: Exception) -> None:
    kept = KeptSecret(AWSCURRENT="value")
    kept.client.failure = outage

    with pytest.raises(SecretUnavailable):
        kept.secret.value()
    kept.client.failure = None
    assert kept.secret.value() == "value"


@pytest.mark.parametrize("outage", OUTAGES)
def test_an_outage_is_bridged_with_the_value_at_hand(outage: Exception) -> None:
    kept = KeptSecret(AWSCURRENT="value")
    kept.secret.value()
    kept.client.failure = outage

    assert kept.value_later(10 * CACHE_TTL_MS) == "value"
    kept.client.failure = None
    kept.client.versions["AWSCURRENT"] = "new"
    assert kept.value_later(FAILURE_COOLDOWN_MS) == "new"


def test_during_an_outage_not_every_call_waits_for_secrets_manager() -> None:
    kept = KeptSecret(AWSCURRENT="value")
    kept.secret.value()
    kept.client.failure = OUTAGES[1]
    kept.clock.pass_ms(CACHE_TTL_MS)

    for _ in range(20):
        assert kept.secret.value() == "value"
    assert kept.questions == 2


def test_a_secret_that_has_been_deleted_is_no_longer_used() -> None:
    kept = KeptSecret(AWSCURRENT="value")
    kept.secret.value()
    kept.client.versions.clear()

    assert kept.value_later(CACHE_TTL_MS) is None


def test_where_nothing_is_kept_an_error_is_asked_about_once_more_and_a_silence_is_not() -> None:
    kept = KeptSecret(AWSCURRENT="value")

    def fail_once() -> None:
        kept.client.failure = OUTAGES[0] if kept.questions == 1 else None

    kept.client.before_answer = fail_once
    assert kept.secret.value() == "value"
    for outage, questions in zip(OUTAGES, (2, 1), strict=True):
        silent = KeptSecret(AWSCURRENT="value")
        silent.client.failure = outage
        with pytest.raises(SecretUnavailable):
            silent.secret.value()
        assert silent.questions == questions
