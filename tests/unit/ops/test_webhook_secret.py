"""Which kinds of credentials make webhook-secret makes."""

import json
from pathlib import Path
from typing import Any

import pytest

from ops.commands import webhook_secret as command
from ops.commands.webhook_secret import Change, webhook_secret
from ops.stack.deployed import DeployedStack
from ops.stack.directory import StackDirectory

BASIC = {"username": "cometchat", "password": "former"}
BOTH = {**BASIC, "hmac_secret": "former-key"}


class SecretsManager:
    def __init__(self, value: dict[str, str] | None) -> None:
        self.texts = [json.dumps(value) if value else ""]

    def get_secret_value(self, *, SecretId: str) -> dict[str, str]:
        return {"SecretString": self.texts[-1]}

    def put_secret_value(self, *, SecretId: str, SecretString: str) -> None:
        self.texts.append(SecretString)


@pytest.mark.parametrize(
    ("before", "change", "hmac", "kinds"),
    [
        (None, Change.CREATE, "", BASIC),
        (None, Change.CREATE, "1", BOTH),
        (BASIC, Change.ROTATE, "", BASIC),
        (BASIC, Change.ROTATE, "1", BOTH),
        (BOTH, Change.ROTATE, "", BOTH),
        (BOTH, Change.ROTATE, "0", BASIC),
        (BOTH, Change.REPLACE_ALL, "", BOTH),
    ],
)
def test_a_key_for_signatures_only_when_asked_for(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    before: dict[str, str] | None,
    change: Change,
    hmac: str,
    kinds: dict[str, str],
) -> None:
    secrets_manager: Any = SecretsManager(before)
    stack = DeployedStack("prod", lambda _: secrets_manager)
    vars(stack)["outputs"] = {"WebhookUrl": "https://example.com", "WebhookSecretArn": "arn"}
    for waits in ("_until_accepted", "_until_refused"):
        monkeypatch.setattr(command, waits, lambda *_: None)

    assert webhook_secret(stack, change, StackDirectory(tmp_path), hmac) == 0

    value = json.loads(secrets_manager.texts[-1])
    assert value.keys() == kinds.keys()
    assert not {*value.values()} & {*(before or {}).values()}
    shown = capsys.readouterr().out
    assert all(text in shown for text in value.values())
    assert ("hmac_secret" in shown) is ("hmac_secret" in kinds)
