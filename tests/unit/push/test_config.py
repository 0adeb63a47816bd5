"""The push function's settings."""

import pytest

from push.config import Config
from shared.errors import ConfigurationError

# As the template sets them for a stack without CometChat's REST API.
SET = {
    "DEVICES_TABLE": "devices",
    "CALLS_TABLE": "calls",
    "CALLS_QUEUE_URL": "queue",
    "DEAD_LETTER_QUEUE_URL": "dead letters",
    "APNS_KEY_SECRET_ARN": "key",
    "APNS_PRODUCTION_URL": "https://api.push.apple.com",
    "APNS_SANDBOX_URL": "https://api.sandbox.push.apple.com",
    "APNS_CA_FILE": "",
    "COMETCHAT_API_URL": "",
    "COMETCHAT_API_SECRET_ARN": "",
    "GROUP_MEMBER_LIMIT": "50",
    "PAYLOAD_PROFILE": "standard",
    "RING_SECONDS": "45",
}
COMETCHAT = {"COMETCHAT_API_URL": "https://app.api-us.cometchat.io/v3", "COMETCHAT_API_SECRET_ARN": "rest key"}


def test_what_the_template_sets_is_read():
    assert Config.read(SET) == Config(
        devices_table="devices",
        calls_table="calls",
        calls_queue_url="queue",
        dead_letter_queue_url="dead letters",
        apns_key_secret_arn="key",
        apns_urls={"production": "https://api.push.apple.com", "sandbox": "https://api.sandbox.push.apple.com"},
        apns_ca_file="",
        ring_ms=45_000,
        cometchat_api_url="",
        cometchat_api_secret_arn="",
        group_member_limit=50,
        payload_profile="standard",
    )


def test_members_of_groups_need_a_url_and_a_key():
    config = Config.read(SET | COMETCHAT)
    assert (config.cometchat_api_url, config.cometchat_api_secret_arn) == tuple(COMETCHAT.values())
    with pytest.raises(ConfigurationError, match=r"^COMETCHAT_API_SECRET_ARN is missing$"):
        Config.read(SET | COMETCHAT | {"COMETCHAT_API_SECRET_ARN": ""})


def test_a_ca_of_ones_own_is_for_local_testing():
    assert Config.read(SET | {"APNS_CA_FILE": "ca.pem"}).apns_ca_file == "ca.pem"


@pytest.mark.parametrize(("name", "least", "most"), [("GROUP_MEMBER_LIMIT", 1, 1_000), ("RING_SECONDS", 15, 120)])
def test_numbers_have_limits(name, least, most):
    for value in (least, most):
        Config.read(SET | {name: str(value)})
    for value in (least - 1, most + 1):
        with pytest.raises(ConfigurationError, match=f"^{name} must be a whole number from {least} to {most}$"):
            Config.read(SET | {name: str(value)})


@pytest.mark.parametrize("name", sorted(SET.keys() - {"APNS_CA_FILE", *COMETCHAT}))
def test_what_is_missing_is_named(name):
    with pytest.raises(ConfigurationError, match=f"^{name} is missing$"):
        Config.read({other: value for other, value in SET.items() if other != name})


def test_a_profile_is_one_of_those_there_are():
    with pytest.raises(ConfigurationError, match=r"^PAYLOAD_PROFILE must be one of standard, "):
        Config.read(SET | {"PAYLOAD_PROFILE": "other"})
