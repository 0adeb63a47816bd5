"""The calls function's settings."""

import pytest

from calls.config import Config
from shared.errors import ConfigurationError


def test_what_the_template_sets_is_read() -> None:
    assert Config.read({"CALLS_TABLE": "calls"}) == Config(calls_table="calls")


def test_what_is_missing_is_named() -> None:
    with pytest.raises(ConfigurationError, match=r"^CALLS_TABLE is missing$"):
        Config.read({})
