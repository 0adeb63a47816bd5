"""Keys and passwords that the local stack makes for itself."""

import stat
from pathlib import Path

import jwt

from local.phones.credentials import jwks, new_apns_key, new_jwt_signer, sign_jwt
from local.settings import Settings
from ops.stack.secrets import new_webhook_credentials


def test_the_key_set_verifies_a_phones_jwt(tmp_path: Path) -> None:
    signer = new_jwt_signer(tmp_path / "key.pem")

    token = sign_jwt(signer, "bob")

    (key,) = jwt.PyJWKSet.from_dict(jwks(signer)).keys
    assert key.key_id == jwt.get_unverified_header(token)["kid"] == signer.kid
    claims = jwt.decode(token, key, algorithms=["ES256"], issuer=signer.issuer, audience=signer.audience)
    assert claims["sub"] == "bob"
    assert claims["exp"] > claims["iat"]


def test_the_key_set_has_no_private_key(tmp_path: Path) -> None:
    (key,) = jwks(new_jwt_signer(tmp_path / "key.pem"))["keys"]

    assert "d" not in key


def test_cometchat_takes_the_webhook_credentials() -> None:
    credentials = new_webhook_credentials(with_hmac=True)

    assert credentials.username.isalnum()
    assert len(credentials.username) <= 50
    assert credentials.password.isalnum()
    assert len(credentials.password) <= 100


def test_private_keys_are_for_their_owner_only(tmp_path: Path) -> None:
    key = new_apns_key(tmp_path / "apns")

    assert stat.S_IMODE(key.file.stat().st_mode) == 0o600


def test_the_apns_key_is_like_one_of_apples(tmp_path: Path) -> None:
    key = new_apns_key(tmp_path)
    (tmp_path / "ca.pem").touch()

    settings = Settings.read(
        {
            "APNS_URL": "https://127.0.0.1",
            "APNS_CA_FILE": str(tmp_path / "ca.pem"),
            "APNS_KEY_FILE": str(key.file),
            "APNS_KEY_ID": key.key_id,
            "APNS_TEAM_ID": key.team_id,
            "BUNDLE_ID": "com.example.app",
        }
    )

    assert settings.apns is not None
    assert key.file.read_text().startswith("-----BEGIN PRIVATE KEY-----")
    assert len(key.key_id) == len(key.team_id) == 10
