"""make logs: which lines, and how they are told."""

from typing import Any

import pytest

from ops.commands.logs import duration_s, of_call, of_user, story
from ops.errors import InvalidSetting
from ops.stack.logs import Entry

AT_MS = 1_795_590_552_007


def entry(message: str, service: str = "push", **fields: Any) -> Entry:
    return Entry(AT_MS, message, {"service": service, **fields})


QUEUED = entry("call queued", "webhook", correlation_id="c1", call="aa")
AGAIN = entry("call queued", "webhook", correlation_id="c2", call="aa")
RUNG = entry("push accepted", correlation_id="c1", call="aa", device="d1", environment="production")
OTHER = entry("push accepted", correlation_id="c3", call="bb", device="d2", environment="production")
REFUSED = entry("webhook refused", "webhook", correlation_id="c4", status=401, error="no", level="WARNING")
REGISTERED = entry("device registered", "tokens", uid="bob", device="d1", environment="sandbox")
ALL = [QUEUED, AGAIN, RUNG, OTHER, REFUSED, REGISTERED]


@pytest.mark.parametrize("name", ["aa", "c1", "c2"])
def test_a_call_by_its_hash_or_any_of_its_webhooks(name: str) -> None:
    assert of_call(ALL, name) == [QUEUED, AGAIN, RUNG]


def test_a_webhook_that_became_no_call() -> None:
    assert of_call(ALL, "c4") == [REFUSED]


def test_a_users_lines_are_those_of_the_phones_and_of_the_calls_to_them() -> None:
    assert of_user(ALL, "bob", {"d1"}) == [QUEUED, AGAIN, RUNG, REGISTERED]


def test_a_user_without_phones_has_what_names_the_uid() -> None:
    assert of_user(ALL, "bob", set()) == [REGISTERED]


def test_a_step_is_one_line_in_plain_words() -> None:
    assert list(story([QUEUED, RUNG, REGISTERED])) == [
        "07:09:12.007  aa            webhook  credentials in order, call queued",
        "07:09:12.007  aa            push     d1: accepted by APNs, recorded as rung (production)",
        "07:09:12.007                phone    d1: bob registered this phone (sandbox)",
    ]


def test_a_line_that_is_no_step_is_shown_as_it_is() -> None:
    assert list(story([entry("handler failed")])) == ["07:09:12.007                push     handler failed"]


@pytest.mark.parametrize(("text", "expected_s"), [("90s", 90), ("15m", 900), ("3h", 10_800), ("2d", 172_800)])
def test_durations(text: str, expected_s: int) -> None:
    assert duration_s(text) == expected_s


@pytest.mark.parametrize("text", ["", "15", "m", "-1m", "1.5h", "15 m"])
def test_no_durations(text: str) -> None:
    with pytest.raises(InvalidSetting, match="such as 15m"):
        duration_s(text)
