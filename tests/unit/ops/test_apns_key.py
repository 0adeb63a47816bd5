"""What make apns-key refuses, and what it makes of the secret."""

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat

from local.phones.credentials import new_apns_key
from ops.commands.apns_key import merged, read_key
from ops.errors import InvalidSetting

P256 = ec.generate_private_key(ec.SECP256R1())


def pem(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey, password: bytes | None = None) -> str:
    encryption = BestAvailableEncryption(password) if password else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption).decode()


def test_a_file_of_apples_is_taken_as_it_is(tmp_path: Path) -> None:
    key = new_apns_key(tmp_path)

    assert read_key(key.file, key.key_id, key.team_id) == {
        "key_id": key.key_id,
        "team_id": key.team_id,
        "private_key": key.file.read_text(),
    }


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not a key",
        pem(ec.generate_private_key(ec.SECP384R1())),
        pem(rsa.generate_private_key(65537, 2048)),
        pem(P256, b"password"),
        pem(P256)[:-60],
    ],
    ids=["empty", "no PEM", "P-384", "RSA", "encrypted", "cut off"],
)
def test_what_apns_would_not_take_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "key.p8"
    file.write_text(text)

    with pytest.raises(InvalidSetting, match=r"P8=.*key\.p8 must be the text of the \.p8 file, a P-256 key in PEM"):
        read_key(file, "ABC123DEFG", "TEAM123456")


@pytest.mark.parametrize(
    ("key_id", "team_id", "problem"),
    [
        ("abc123defg", "TEAM123456", "KEY_ID must be 10 capital letters and digits"),
        ("ABC123DEF", "TEAM123456", "KEY_ID must be 10 capital letters and digits"),
        ("ABC123DEFG", "com.example", "TEAM_ID must be 10 capital letters and digits"),
        ("TEAM123456", "TEAM123456", "KEY_ID and TEAM_ID are the same"),
    ],
)
def test_ids_that_can_not_be_right_are_named(tmp_path: Path, key_id: str, team_id: str, problem: str) -> None:
    file = tmp_path / "key.p8"
    file.write_text(pem(P256))

    with pytest.raises(InvalidSetting, match=problem):
        read_key(file, key_id, team_id)


def test_a_key_id_that_is_not_the_files_is_named_with_all_else_that_is_wrong(tmp_path: Path) -> None:
    file = tmp_path / "AuthKey_ABC123DEFG.p8"
    file.write_text("no key")

    with pytest.raises(InvalidSetting) as refused:
        read_key(file, "ABC123DEFX", "team")

    assert "is the file of key ABC123DEFG, and KEY_ID=ABC123DEFX" in str(refused.value)
    assert "TEAM_ID must be" in str(refused.value)
    assert "must be the text of the .p8 file" in str(refused.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InvalidSetting, match="can't be read"):
        read_key(tmp_path / "AuthKey_ABC123DEFG.p8", "ABC123DEFG", "TEAM123456")


OLD, OTHER, NEW = (
    {"key_id": key_id, "team_id": "TEAM123456", "private_key": pem(P256)}
    for key_id in ("OLDOLDOLD1", "OTHEROTHER", "NEWNEWNEW1")
)


@pytest.mark.parametrize(
    ("before", "scope", "after"),
    [
        (None, "", NEW),
        (None, "both", NEW),
        (None, "sandbox", {"sandbox": NEW}),
        (OLD, "", NEW),
        (OLD, "both", NEW),
        (OLD, "production", {"production": NEW, "sandbox": OLD}),
        ({"production": OLD}, "sandbox", {"production": OLD, "sandbox": NEW}),
        ({"production": OLD, "sandbox": OTHER}, "sandbox", {"production": OLD, "sandbox": NEW}),
        ({"production": OLD, "sandbox": OTHER}, "both", NEW),
        ({"key_id": "broken"}, "", NEW),
    ],
)
def test_the_other_environments_key_is_kept(before: object, scope: str, after: object) -> None:
    assert merged(json.dumps(before) if before else "", NEW, scope) == after


def test_one_of_two_keys_is_not_replaced_by_guessing() -> None:
    with pytest.raises(InvalidSetting, match="ENVIRONMENT=production, sandbox, or both"):
        merged(json.dumps({"production": OLD}), NEW, "")


def test_a_broken_key_is_not_kept_for_the_other_environment() -> None:
    with pytest.raises(InvalidSetting, match="ENVIRONMENT=both"):
        merged(json.dumps({"key_id": "broken"}), NEW, "sandbox")
