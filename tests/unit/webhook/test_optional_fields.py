"""A call is worth more than its caller's picture: only what is needed to ring refuses a webhook.

Every field of every shape, with every kind of value that it should not have.
"""

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from shared.call_events import CallEnded, CallEvent, CallRinging, from_json, to_json
from shared.call_keys import fact_keys
from shared.errors import InvalidBody
from tests.support.clocks import NOON_MS
from tests.support.cometchat.webhook_shapes import ENDS, RINGING, SHAPES, paths
from webhook.cometchat import Ignored, parse
from webhook.receipt import Receipt

ABSENT: Any = object()
UNUSABLE: dict[str, Any] = {
    "absent": ABSENT,
    "null": None,
    "a boolean": True,
    "a negative fraction": -1.5,
    "a list": ["x"],
    "an object": {"x": "y"},
    "an empty string": "",
    "an empty list": [],
    "an empty object": {},
    "too long": "x" * 5_000,
    "half a surrogate": "\ud83d",
    "a huge number": 10**400,
    "no number": float("inf"),
}
"""For every kind of field that is needed: objects, uids, ids, words and times."""

ODD: dict[str, Any] = UNUSABLE | {
    "zero": 0,
    "a negative number": -1,
    "a number": 302,
    "a time as text": "2026-11-26T05:00:00Z",
    "an unreadable time": "yesterday",
    "a text cut in half": "Andrew \ud83d",
    "control characters": "a\x00b\u202e",
}


def fields() -> Iterator[Any]:
    for name, (webhook, needed) in SHAPES.items():
        for path in sorted({*paths(webhook)}):
            yield pytest.param(name, path, path in needed, id=f"{name}-{path}")


def with_value(name: str, path: str, value: Any) -> dict[str, Any]:
    webhook = copy.deepcopy(SHAPES[name][0])
    *parents, last = path.split(".")
    holder = webhook
    for parent in parents:
        holder = holder[parent]
    if value is ABSENT:
        del holder[last]
    else:
        holder[last] = value
    return webhook


def outcome(webhook: dict[str, Any]) -> CallEvent | Ignored:
    return parse(json.dumps(webhook).encode(), Receipt(NOON_MS, "request")).event


def who_rings(event: CallEvent | Ignored) -> tuple[str, ...]:
    assert isinstance(event, CallRinging)
    return (event.caller_uid, event.callee_uid, event.call_type, event.receiver_type)


@pytest.mark.parametrize(("name", "path", "is_needed"), list(fields()))
def test_what_is_needed_refuses_and_nothing_else_does(name: str, path: str, is_needed: bool) -> None:
    for kind, value in (UNUSABLE if is_needed else ODD).items():
        webhook = with_value(name, path, value)
        if is_needed:
            with pytest.raises(InvalidBody) as raised:
                outcome(webhook)
            assert f"{raised.value.field}.".startswith(f"{path}."), kind
            continue
        event = outcome(webhook)
        if name in RINGING:
            assert who_rings(event) == who_rings(outcome(SHAPES[name][0])), kind
        else:
            assert isinstance(event, CallEnded), kind
            assert fact_keys(event), kind
        # And the push function can read it.
        assert not isinstance(event, Ignored)
        assert from_json(to_json(event)) == event


def test_each_shape_is_what_it_is_called() -> None:
    assert all(isinstance(outcome(webhook), CallRinging) for webhook, _ in RINGING.values())
    assert all(isinstance(outcome(webhook), CallEnded) for webhook, _ in ENDS.values())
    assert all(needed <= {*paths(webhook)} for webhook, needed in SHAPES.values())
