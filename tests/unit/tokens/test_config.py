"""The tokens function's settings."""

from tokens.config import Config


def test_what_the_template_sets_is_read() -> None:
    settings = {"DEVICES_TABLE": "devices", "BUNDLE_ID": "com.a, com.b,", "DEFAULT_APNS_ENVIRONMENT": "sandbox"}

    assert Config.read(settings) == Config("devices", ("com.a", "com.b"), "sandbox")
