"""Every field of every accepted shape, made wrong or taken away: the answer names it, or a default takes its place."""

import copy
import dataclasses
import json
from collections.abc import Iterator
from typing import Any

import pytest

from shared.call_events import CallEvent
from shared.fields import InvalidBody
from tests.support.clocks import NOON_MS
from tests.support.cometchat.samples import sample
from tests.support.cometchat.webhook_shapes import IGNORED, PASSED_THROUGH, REQUIRED, SHAPE_MAKERS, SHAPES, WRONG, paths
from webhook.cometchat import Ignored, Receipt, parse

ABSENT = object()
ANYTHING: list[Any] = [ABSENT, None, True, 0, -1, 1.5, 10**400, "", "x", "x" * 5000, [], {}, {"a": [{}]}]

# Later than all times in the samples, so that none of them is clamped to it.
RECEIVED_AT_MS = NOON_MS + 3_600_000


def outcome(webhook: dict[str, Any]) -> CallEvent | Ignored:
    return parse(json.dumps(webhook).encode(), Receipt(RECEIVED_AT_MS, "request"))


def with_value(name: str, path: str, value: Any) -> dict[str, Any]:
    webhook = copy.deepcopy(sample(name))
    *parents, last = path.split(".")
    holder = webhook
    for parent in parents:
        holder = holder[parent]
    if value is ABSENT:
        del holder[last]
    else:
        holder[last] = value
    return webhook


def wrong_values() -> Iterator[Any]:
    for name, fields in SHAPES.items():
        for path, (kind, _) in fields.items():
            for value in WRONG[kind]:
                yield pytest.param(name, path, value, id=f"{name}-{path}-{str(value)[:12]!a}")


def read_fields() -> Iterator[Any]:
    for name, fields in SHAPES.items():
        for path, (kind, without) in fields.items():
            yield pytest.param(name, path, kind, without, id=f"{name}-{path}")


def unread_fields() -> Iterator[Any]:
    for name, fields in SHAPES.items():
        for path in sorted(set(paths(sample(name))) - fields.keys() - SHAPE_MAKERS):
            if path.startswith(f"{PASSED_THROUGH}."):
                continue
            yield pytest.param(name, path, id=f"{name}-{path}")


@pytest.mark.parametrize(("name", "path", "wrong"), list(wrong_values()))
def test_a_wrong_field_is_named(name: str, path: str, wrong: Any) -> None:
    with pytest.raises(InvalidBody) as raised:
        outcome(with_value(name, path, wrong))
    assert raised.value.field == path
    assert str(raised.value).startswith(f"{path} must be ")


@pytest.mark.parametrize(("name", "path", "kind", "without"), list(read_fields()))
@pytest.mark.parametrize("absent", [ABSENT, None], ids=["absent", "null"])
def test_a_missing_field_is_named_or_has_a_default(
    name: str, path: str, kind: str, without: str | dict[str, Any], absent: object
) -> None:
    webhook = with_value(name, path, absent)
    if without == REQUIRED:
        with pytest.raises(InvalidBody) as raised:
            outcome(webhook)
        assert raised.value.field == path
    elif without == IGNORED:
        assert isinstance(outcome(webhook), Ignored)
    else:
        assert isinstance(without, dict)
        expected: dict[str, Any] = {
            key: RECEIVED_AT_MS if value == NOON_MS else value for key, value in without.items()
        }
        usual = outcome(sample(name))
        assert not isinstance(usual, Ignored)
        assert outcome(webhook) == dataclasses.replace(usual, **expected)


@pytest.mark.parametrize(("name", "path"), list(unread_fields()))
def test_a_field_that_is_not_read_does_no_harm(name: str, path: str) -> None:
    for value in ANYTHING:
        assert outcome(with_value(name, path, value)) == outcome(sample(name))


@pytest.mark.parametrize("name", [name for name, fields in SHAPES.items() if "data.call.sender" in fields])
@pytest.mark.parametrize("wrong", [True, 0, "", "x", [], ABSENT, None])
def test_without_the_call_object_the_error_names_a_field(name: str, wrong: Any) -> None:
    with pytest.raises(InvalidBody) as raised:
        outcome(with_value(name, "data.call", wrong))
    assert raised.value.field in {"data.call", "data.sessionId"}


@pytest.mark.parametrize("wrong", [*ANYTHING[2:], "52 ", "-52", "٥٢", "1" * 19])
@pytest.mark.parametrize("name", [name for name, fields in SHAPES.items() if "data.call.id" in fields])
def test_an_odd_message_id_is_unknown(name: str, wrong: Any) -> None:
    event = outcome(with_value(name, "data.call.id", wrong))

    assert not isinstance(event, Ignored)
    assert event.message_id == 0
