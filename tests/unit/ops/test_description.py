"""stack.json: what other programs learn about the running stack."""

import json
import stat
from pathlib import Path

import pytest

from ops.errors import InvalidStackDescription
from ops.stack.description import StackDescription
from tests.support.stack.description import DESCRIPTION


def test_what_was_written_is_read(tmp_path: Path) -> None:
    DESCRIPTION.write(tmp_path / "stack.json")

    assert StackDescription.read(tmp_path / "stack.json") == DESCRIPTION


def test_it_has_the_promised_keys(tmp_path: Path) -> None:
    DESCRIPTION.write(tmp_path / "stack.json")

    written = json.loads((tmp_path / "stack.json").read_text())
    assert written["webhook"].keys() == {"hmac_secret", "username", "password"}
    assert written["jwt"].keys() == {"private_key_file", "algorithm", "kid", "issuer", "audience", "uid_claim"}
    assert written["apns"].keys() >= {"url", "ca_file", "key_file", "key_id", "team_id", "topic"}
    assert written["tables"].keys() == {"devices", "calls"}
    assert written["queues"].keys() == {"calls", "dead_letters"}
    assert written.keys() >= {"webhook_url", "tokens_url", "aws_endpoint_url", "stack_name"}


def test_only_its_owner_can_read_it(tmp_path: Path) -> None:
    DESCRIPTION.write(tmp_path / "stack.json")

    assert stat.S_IMODE((tmp_path / "stack.json").stat().st_mode) == 0o600


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"webhook": {}}', '{"webhook": null}'])
def test_another_file_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "stack.json").write_text(text)

    with pytest.raises(InvalidStackDescription, match=r"stack\.json"):
        StackDescription.read(tmp_path / "stack.json")
