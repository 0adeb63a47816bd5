"""make devices: what it says of phones that there are, and of those that are gone."""

from dataclasses import replace

from ops.commands.devices import shown
from ops.stack.logs import Entry
from shared.device_history import DeviceChange, HistoryEntry
from shared.device_tokens import device_hash
from tests.support.stack.page_readings import NOW_MS, TOKEN, a_device

HASH = device_hash(TOKEN)
RUNG = {HASH: Entry(NOW_MS - 1_000, "push accepted", {"device": HASH, "call": "0123456789ab"})}


def text(*args: object) -> str:
    found, history, rung = args
    return "\n".join(shown("bob", found, history, rung, NOW_MS))  # type: ignore[arg-type]


def test_a_phone_with_its_last_ring() -> None:
    said = text([a_device()], [], RUNG)

    assert "bob has 1 phone:" in said
    assert f"{HASH}  com.example.app  production" in said
    assert "registered 2026-11-25 07:08:12 UTC" in said
    assert "last rung  2026-11-25 07:09:11 UTC, call 0123456789ab" in said
    assert TOKEN not in said


def test_a_quarantine_says_until_when_and_why() -> None:
    history = [HistoryEntry(NOW_MS, HASH, "production", DeviceChange.QUARANTINED)]
    said = text([replace(a_device(), quarantined_until_ms=NOW_MS + 60_000)], history, {})

    assert "QUARANTINED until 2026-11-25 07:10:12 UTC: APNs answered BadDeviceToken in both environments" in said
    assert "RELEASE=1 lifts it" in said
    assert "not rung in the last 24 h" in said


def test_a_phone_that_is_gone_says_why() -> None:
    said = text([], [HistoryEntry(NOW_MS, HASH, "sandbox", DeviceChange.DEAD)], {})

    assert "bob has no phone." in said
    assert f"2026-11-25 07:09:12 UTC  {HASH}  sandbox     removed: APNs answered 410" in said


def test_somebody_who_never_had_one() -> None:
    said = text([], [], {})

    assert "No phone was registered under the uid bob" in said
    assert "is bob the uid that CometChat has?" in said
