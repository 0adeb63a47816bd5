"""The webhook function's settings."""

import pytest

from shared.errors import ConfigurationError
from webhook.config import Config

# As the template sets them.
SET = {"CALLS_QUEUE_URL": "queue", "WEBHOOK_SECRET_ARN": "secret", "CALLS_TABLE": "calls", "RING_SECONDS": "45"}


def test_what_the_template_sets_is_read() -> None:
    expected = Config(calls_queue_url="queue", webhook_secret_arn="secret", calls_table="calls", ring_ms=45_000)

    assert Config.read(SET) == expected


@pytest.mark.parametrize("name", SET)
def test_what_is_missing_is_named(name: str) -> None:
    with pytest.raises(ConfigurationError, match=f"^{name} is missing$"):
        Config.read({other: value for other, value in SET.items() if other != name})


def test_a_phone_rings_for_15_s_to_two_minutes() -> None:
    assert [Config.read(SET | {"RING_SECONDS": text}).ring_ms for text in ("15", "120")] == [15_000, 120_000]
    for text in ("14", "121"):
        with pytest.raises(ConfigurationError, match=r"^RING_SECONDS must be a whole number from 15 to 120$"):
            Config.read(SET | {"RING_SECONDS": text})
