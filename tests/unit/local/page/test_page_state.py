"""What has changed on the page, and what a browser is told that has just come."""

from local.page.page_state import Change, PageState
from tests.support.stack.page_readings import NOW_MS, a_push, a_reading, webhook_line


def names(changes: list[Change]) -> list[str]:
    return [change.event for change in changes]


def test_only_what_has_changed_is_told() -> None:
    page_state = PageState(ring_ms=45_000)

    assert names(page_state.update(a_reading(), NOW_MS)) == ["phones", "faults", "stack", "problems"]
    assert names(page_state.update(a_reading(), NOW_MS + 250)) == []
    assert names(page_state.update(a_reading(pushes=[a_push()]), NOW_MS + 500)) == ["phones", "call"]
    assert names(page_state.update(a_reading(pushes=[a_push()]), NOW_MS + 750)) == []
    assert names(page_state.update(a_reading(dead_letters=1), NOW_MS + 1_000)) == ["stack"]


def test_time_alone_ends_the_ringing() -> None:
    page_state = PageState(ring_ms=45_000)
    page_state.update(a_reading(pushes=[a_push()]), NOW_MS)

    (change,) = page_state.update(a_reading(), NOW_MS + 45_000)

    assert change.event == "phones"
    assert '"missed"' in change.data


def test_who_comes_later_is_told_how_things_stand() -> None:
    page_state = PageState(ring_ms=45_000)
    page_state.update(a_reading(entries=[webhook_line("call queued")]), NOW_MS)
    latest = page_state.update(a_reading(pushes=[a_push()], waiting=1), NOW_MS)

    history = page_state.everything()

    assert sorted(names(history)) == ["call", "faults", "phones", "problems", "stack"]
    assert all(change in history for change in latest)


def test_only_the_latest_calls_are_told() -> None:
    page_state = PageState(ring_ms=45_000)
    entries = [webhook_line("call queued", number, session=f"s{number}") for number in range(100)]

    page_state.update(a_reading(entries=entries), NOW_MS)

    assert names(page_state.everything()).count("call") == 40
