"""make cometchat-webhook, and what doctor says of it, against a stand-in of CometChat's management API."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from local.services.cometchat_management_api import ManagementApiServer, serve_management_api
from ops.cometchat.management_api import ManagementKey
from ops.cometchat.triggers import TRIGGERS
from ops.commands.cometchat_webhook import cometchat_webhook
from ops.doctor.cometchat_webhook import examine
from ops.doctor.findings import Finding, Note, Ok, Problem
from ops.errors import InvalidSetting, ManagementApiFailed, NotSetUp
from ops.stack.deployed import DeployedStack

URL = "https://abc123.execute-api.eu-central-1.amazonaws.com/webhooks/call"
ID = "voippushprod"
PASSWORD = "PasswordOfTheTests"
SECRET = {"username": "cometchat", "password": PASSWORD}
NOT_IN_THE_API = {"call_busy", "call_cancelled", "call_rejected", "call_unanswered"}


@dataclass
class Secrets:
    """Secrets Manager with one secret."""

    text: str = json.dumps(SECRET)

    def get_secret_value(self, *, SecretId: str) -> dict[str, str]:
        return {"SecretString": self.text}


@pytest.fixture
def server() -> ManagementApiServer:
    return ManagementApiServer()


@pytest.fixture
def key(server: ManagementApiServer) -> Iterator[ManagementKey]:
    with serve_management_api(server) as url:
        yield ManagementKey(server.app_id, server.key, server.secret, url)


def stack(secret: Any = SECRET, url: str = URL) -> DeployedStack:
    made = DeployedStack("prod", lambda _: Secrets(json.dumps(secret)))
    vars(made)["outputs"] = {"WebhookUrl": url, "WebhookSecretArn": "arn"}
    return made


def set_up(key: ManagementKey, *, webhook_id: str = "", answer: bool = True) -> int:
    return cometchat_webhook(stack(), key, webhook_id, lambda _: answer)


def test_it_makes_the_webhook_and_never_shows_a_secret(
    server: ManagementApiServer, key: ManagementKey, capsys: pytest.CaptureFixture[str]
) -> None:
    assert set_up(key) == 0

    assert server.webhooks[ID] == {
        "legacy": False,
        "id": ID,
        "name": "VoIP push prod",
        "webhookURL": URL,
        "useBasicAuth": True,
        **SECRET,
        "enabled": True,
        "retryOnFailure": True,
    }
    assert server.triggers[ID] == list(TRIGGERS)
    assert all(request.headers["x-webhook-version"] == "2" for request in server.requests)
    said = "".join(capsys.readouterr())
    assert "set up, with all triggers" in said
    for secret in (PASSWORD, server.key, server.secret):
        assert secret not in said
        assert secret not in repr(key)


def test_a_second_run_changes_nothing(server: ManagementApiServer, key: ManagementKey) -> None:
    set_up(key)
    webhooks, triggers = dict(server.webhooks), dict(server.triggers)

    assert set_up(key) == 0
    assert (server.webhooks, server.triggers) == (webhooks, triggers)


def test_it_asks_first(server: ManagementApiServer, key: ManagementKey) -> None:
    assert set_up(key, answer=False) == 1

    assert server.webhooks == {}
    assert {request.method for request in server.requests} == {"GET"}


def test_a_webhook_that_exists_is_brought_up_to_date(server: ManagementApiServer, key: ManagementKey) -> None:
    set_up(key, webhook_id="byhand")
    server.webhooks["byhand"] |= {"enabled": False, "retryOnFailure": False, "password": "old"}
    server.triggers["byhand"] = ["call_initiated", "message_sent"]

    assert set_up(key) == 0
    assert server.webhooks.keys() == {"byhand"}
    assert server.webhooks["byhand"] | {"enabled": True, "retryOnFailure": True, **SECRET} == server.webhooks["byhand"]
    assert {*server.triggers["byhand"]} == {"message_sent", *TRIGGERS}


def test_triggers_that_the_api_does_not_take_are_to_be_ticked_by_hand(
    server: ManagementApiServer, key: ManagementKey, capsys: pytest.CaptureFixture[str]
) -> None:
    server.refused_triggers = NOT_IN_THE_API

    assert set_up(key) == 0

    said = capsys.readouterr().out
    assert "Tick them by hand" in said
    by_hand = said.partition("did not take these triggers:")[2]
    assert {trigger for trigger in TRIGGERS if trigger in by_hand} == NOT_IN_THE_API


def test_a_legacy_webhook_is_recognised(server: ManagementApiServer, key: ManagementKey) -> None:
    server.webhooks[ID] = {"legacy": True, "name": "old", "webhookURL": URL, "enabled": True, "retryOnFailure": False}
    server.triggers[ID] = ["after_message_sent"]

    with pytest.raises(NotSetUp, match="may be a legacy webhook"):
        set_up(key)


def test_a_wrong_key_and_an_unknown_app(server: ManagementApiServer, key: ManagementKey) -> None:
    with pytest.raises(ManagementApiFailed, match="refuses the management key"):
        set_up(ManagementKey(server.app_id, server.key, "wrong", key.url))
    with pytest.raises(ManagementApiFailed, match=r"404: ERR_APP_NOT_FOUND; .* there is no app other"):
        set_up(ManagementKey("other", server.key, server.secret, key.url))


@pytest.mark.parametrize(
    ("secret", "problem"),
    [
        ({"hmac_secret": "x"}, "no user name and password"),
        ({"username": "a", "password": "with space"}, "letters and digits only"),
        ({"username": "ä", "password": "a"}, "letters and digits only"),
    ],
)
def test_credentials_that_cometchat_can_not_use(key: ManagementKey, secret: Any, problem: str) -> None:
    with pytest.raises(InvalidSetting, match=problem):
        cometchat_webhook(stack(secret), key, "", lambda _: True)


@pytest.mark.parametrize("webhook_id", ["with-hyphen", "x" * 51])
def test_an_id_that_cometchat_does_not_take(key: ManagementKey, webhook_id: str) -> None:
    with pytest.raises(InvalidSetting, match="ID must be 1 to 50 letters and digits"):
        set_up(key, webhook_id=webhook_id)


def test_cometchat_can_not_reach_a_stack_on_this_machine() -> None:
    with pytest.raises(InvalidSetting, match="can't reach http://127"):
        cometchat_webhook(stack(url="http://127.0.0.1:4566/x"), ManagementKey("a", "b", "c"), "", lambda _: True)


def variables(key: ManagementKey) -> dict[str, str]:
    return {
        "COMETCHAT_APP_ID": key.app_id,
        "COMETCHAT_MANAGEMENT_KEY": key.key,
        "COMETCHAT_MANAGEMENT_SECRET": key.secret,
        "COMETCHAT_MANAGEMENT_URL": key.url,
    }


def examined(key: ManagementKey) -> list[Finding]:
    return list(examine(URL, variables(key)))


def test_doctor_finds_nothing_wrong_with_it(server: ManagementApiServer, key: ManagementKey) -> None:
    server.shows_retries = True
    set_up(key)

    assert [type(finding) for finding in examined(key)] == [Ok]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"enabled": False}, "is disabled"),
        ({"retryOnFailure": False}, "does not retry"),
        ({"webhookURL": "https://elsewhere.example"}, "no webhook of CometChat app"),
    ],
)
def test_doctor_names_what_is_wrong(
    server: ManagementApiServer, key: ManagementKey, change: dict[str, Any], problem: str
) -> None:
    server.shows_retries = True
    set_up(key)
    server.webhooks[ID] |= change

    (found,) = [finding for finding in examined(key) if isinstance(finding, Problem)]
    assert problem in found.what


def test_doctor_tells_missing_triggers_and_what_cometchat_does_not_say(
    server: ManagementApiServer, key: ManagementKey
) -> None:
    set_up(key)
    server.triggers[ID] = ["call_started"]

    found = examined(key)
    assert ["has no trigger call_initiated" in each.what for each in found if isinstance(each, Problem)] == [True]
    notes = [each.what for each in found if isinstance(each, Note)]
    assert len(notes) == 2
    assert "call_cancelled" in notes[0]
    assert "retryOnFailure" in notes[1]


def test_doctor_without_a_key_and_with_half_of_one(server: ManagementApiServer, key: ManagementKey) -> None:
    assert list(examine(URL, {})) == []
    (found,) = examine(URL, {"COMETCHAT_APP_ID": "a"})
    assert isinstance(found, Problem)
    assert "all three are needed" in found.what
    server.secret = "another"
    (found,) = examined(key)
    assert isinstance(found, Problem)
    assert "refuses the management key" in found.what
