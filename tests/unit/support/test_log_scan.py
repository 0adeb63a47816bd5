"""A planted secret is found in whatever form it was logged, and nothing else is."""

import base64
import json
from collections.abc import Callable
from urllib.parse import quote

import pytest

from tests.support.log_scan import LogScan

TOKEN = "a1b2c3d4e5f60718" * 4
SECRET = 'pass/word+with "quotes" and é'
BODY = json.dumps({"data": {"initiator": {"uid": "mallory", "name": "Mallory of the Attacks"}}}).encode()

ANYWHERE: dict[str, Callable[[str], str]] = {
    "plain": lambda text: text,
    "upper case": str.upper,
    "within a line": lambda text: f'{{"message": "x {text} y"}}',
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64 behind 1": lambda text: base64.b64encode(b"x" + text.encode() + b"y").decode(),
    "base64 behind 2": lambda text: base64.b64encode(b"xx" + text.encode() + b"y").decode(),
    "base64 for URLs": lambda text: base64.urlsafe_b64encode(b":" + text.encode()).decode(),
    "hex": lambda text: text.encode().hex(),
    "URL": lambda text: f"/x?y={quote(text, safe='')}",
    "JSON": json.dumps,
    "JSON in JSON": lambda text: json.dumps({"exception": json.dumps({"body": text})}),
    "JSON not ASCII": lambda text: json.dumps(text, ensure_ascii=False),
    "repr": repr,
    "repr of bytes": lambda text: repr(text.encode()),
    "repr of bytes in JSON": lambda text: json.dumps({"detail": repr(text.encode())}),
}


def found(scan: LogScan, line: str) -> list[str]:
    return [finding.what for finding in scan.findings([("stream", "another line"), ("stream", line)])]


@pytest.mark.parametrize("value", [TOKEN, SECRET])
@pytest.mark.parametrize("logged", ANYWHERE.values(), ids=ANYWHERE.keys())
def test_a_planted_one_is_found(value: str, logged: Callable[[str], str]) -> None:
    scan = LogScan()
    scan.add("secret", value)

    assert set(found(scan, logged(value))) == {"secret"}


@pytest.mark.parametrize(
    "logged", [repr(bytes.fromhex(TOKEN)), base64.b64encode(bytes.fromhex(TOKEN)).decode()], ids=["repr", "base64"]
)
def test_a_device_token_is_found_by_its_bytes(logged: str) -> None:
    scan = LogScan()
    scan.add("device token", TOKEN)

    assert set(found(scan, logged)) == {"device token"}


@pytest.mark.parametrize("logged", ANYWHERE.values(), ids=ANYWHERE.keys())
def test_a_part_of_a_body_is_found(logged: Callable[[str], str]) -> None:
    scan = LogScan()
    scan.add_body("body", BODY)

    assert set(found(scan, logged(BODY.decode()[10:80]))) == {"body"}


def test_what_a_log_may_say_is_not_found() -> None:
    scan = LogScan()
    scan.add("secret", SECRET, TOKEN)
    scan.add_body("body", BODY)

    assert found(scan, '{"uid": "mallory", "device": "a1b2c3d4e5f6", "message": "device registered"}') == []


def test_a_finding_does_not_repeat_what_was_found() -> None:
    scan = LogScan()
    scan.add("secret", TOKEN)

    [finding, *_] = scan.findings([("stream", TOKEN)])

    assert TOKEN not in str(finding)
    assert str(finding) == "secret, as it is, in stream"


def test_what_would_be_found_by_chance_is_not_looked_for() -> None:
    with pytest.raises(ValueError, match="too short"):
        LogScan().add("name", "Bob")
