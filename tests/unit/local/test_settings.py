"""Which environment variables the local stack takes."""

from pathlib import Path

import pytest

from local.phones.credentials import new_apns_key
from local.settings import ApnsServer, Settings
from ops.errors import InvalidSetting


@pytest.fixture
def variables(tmp_path: Path) -> dict[str, str]:
    key = new_apns_key(tmp_path)
    (tmp_path / "ca.pem").touch()
    return {
        "APNS_URL": "https://127.0.0.1:8443/",
        "APNS_CA_FILE": str(tmp_path / "ca.pem"),
        "APNS_KEY_FILE": str(key.file),
        "APNS_KEY_ID": key.key_id,
        "APNS_TEAM_ID": key.team_id,
        "BUNDLE_ID": "com.example.app",
    }


def test_without_any_the_simulator_is_used_on_any_port() -> None:
    assert Settings.read({}) == Settings(port=None, apns=None)


def test_an_apns_server_of_the_users(variables: dict[str, str]) -> None:
    assert Settings.read(variables).apns == ApnsServer(
        url="https://127.0.0.1:8443",
        ca_file=Path(variables["APNS_CA_FILE"]).resolve(),
        key_file=Path(variables["APNS_KEY_FILE"]).resolve(),
        key_id=variables["APNS_KEY_ID"],
        team_id=variables["APNS_TEAM_ID"],
        bundle_id="com.example.app",
    )


def test_all_missing_ones_are_named_at_once(variables: dict[str, str]) -> None:
    del variables["APNS_KEY_ID"]
    variables["BUNDLE_ID"] = ""

    with pytest.raises(InvalidSetting, match="missing: APNS_KEY_ID, BUNDLE_ID"):
        Settings.read(variables)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("APNS_URL", "http://127.0.0.1"),
        ("APNS_URL", "https://127.0.0.1/3/device"),
        ("APNS_CA_FILE", "no-such-file"),
        ("APNS_KEY_FILE", "no-such-file"),
        ("APNS_KEY_FILE", __file__),
        ("BUNDLE_ID", "com example"),
    ],
)
def test_a_wrong_one_is_named(variables: dict[str, str], name: str, value: str) -> None:
    with pytest.raises(InvalidSetting, match=name):
        Settings.read(variables | {name: value})


def test_the_ports_of_the_emulator_and_of_the_page() -> None:
    settings = Settings.read({"PORT": "4567", "PAGE_PORT": "4580"})

    assert (settings.port, settings.page_port) == (4567, 4580)


@pytest.mark.parametrize("name", ["PORT", "PAGE_PORT"])
@pytest.mark.parametrize("text", ["0", "65536", "-1", "http", "4566 ", "٤"])
def test_a_wrong_port_is_refused(name: str, text: str) -> None:
    with pytest.raises(InvalidSetting, match=f"^{name} must be a port number"):
        Settings.read({name: text})
