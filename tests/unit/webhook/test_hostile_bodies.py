"""Bodies that no CometChat would send: whatever they are, the only exception is `InvalidBody`."""

import copy
import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.call_events import CallEnded, CallRinging, from_json, to_json
from shared.errors import InvalidBody
from tests.support.clocks import NOON_MS
from tests.support.cometchat.samples import sample
from tests.support.cometchat.webhook_shapes import SHAPES, paths
from webhook.cometchat import Ignored, parse
from webhook.receipt import Receipt

RECEIPT = Receipt(NOON_MS, "request")

SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.text(st.characters(categories=["Cs"]))
)
JSON = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20)


def encoded(value: Any) -> bytes:
    return json.dumps(value).encode()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"\x00",
        b"null",
        b"true",
        b"0",
        b'""',
        b"[]",
        b"[{}]",
        b"{",
        b"{}}",
        b"{'trigger': 'call_initiated'}",
        b'{"trigger": "call_initiated",}',
        b"[" * 60_000,
        b'{"a":' * 12_000,
        b'{"a":' * 12_000 + b"1" + b"}" * 12_000,
        '{"trigger": "call_initiated"}'.encode("utf-16"),
        '{"trigger": "call_initiated"}'.encode("utf-32"),
        b"trigger=call_initiated",
        b"<xml/>",
    ],
)
def test_no_json_object_in_utf_8(body: bytes) -> None:
    with pytest.raises(InvalidBody) as raised:
        parse(body, RECEIPT)
    assert raised.value.field == ""
    assert str(raised.value).startswith("the body must be ")


@pytest.mark.parametrize(
    "body",
    [
        b'{"trigger": "x", "data": NaN}',
        b'{"trigger": "x", "data": Infinity}',
        b'{"trigger": "x", "data": -Infinity}',
        b'{"trigger": "x", "data": ' + b"9" * 5_000 + b"}",
        b"\xef\xbb\xbf" + b'{"trigger": "x"}',
        b'{"trigger": "\xff"}',
        b'{"trigger": "\xed\xa0\x80"}',
    ],
)
def test_bodies_that_are_nearly_json(body: bytes) -> None:
    assert parse(body, RECEIPT).event == Ignored("this trigger rings nobody")


@pytest.mark.parametrize(
    "body", [b"{}", b'{"trigger": null}', b'{"trigger": NaN}', b'{"trigger": ""}', b'{"trigger": "\\ud800"}']
)
def test_no_trigger(body: bytes) -> None:
    with pytest.raises(InvalidBody) as raised:
        parse(body, RECEIPT)
    assert raised.value.field == "trigger"


def test_of_duplicate_keys_the_last_one_counts() -> None:
    body = encoded(sample("call_initiated")).replace(b'"sender": ', b'"sender": 5, "sender": ')

    assert parse(body, RECEIPT) == parse(encoded(sample("call_initiated")), RECEIPT)


@pytest.mark.parametrize("number", [b"1e999", b"NaN", b"9" * 5_000])
def test_a_number_that_is_no_time_changes_nothing_else(number: bytes) -> None:
    body = encoded(sample("call_initiated")).replace(b'"sentAt": 1696934199', b'"sentAt": ' + number)

    parsed = parse(body, RECEIPT)
    assert isinstance(parsed.event, CallRinging)
    assert parsed.event.initiated_at_ms == NOON_MS
    assert parsed.ignored_fields == ["data.call.sentAt"]


@given(st.binary() | st.text().map(str.encode))
def test_arbitrary_bytes(body: bytes) -> None:
    with suppress(InvalidBody):
        assert isinstance(parse(body, RECEIPT).event, Ignored)


@given(st.sampled_from(sorted(SHAPES)), JSON, st.data())
def test_arbitrary_json_anywhere_in_a_webhook(name: str, value: Any, data: st.DataObject) -> None:
    webhook = copy.deepcopy(SHAPES[name][0])
    *parents, last = data.draw(st.sampled_from(list(paths(webhook)))).split(".")
    holder = webhook
    for parent in parents:
        holder = holder[parent]
    holder[last] = value

    with suppress(InvalidBody):
        event = parse(encoded(webhook), RECEIPT).event
        # What is let in can be queued and read again.
        assert isinstance(event, Ignored) or from_json(to_json(event)) == event


@given(st.sampled_from(["call_initiated", "call_ended", "call_busy", "push-notification-payload-generated"]), JSON)
def test_arbitrary_data_of_a_known_trigger(trigger: str, data: Any) -> None:
    with suppress(InvalidBody):
        event = parse(encoded({"trigger": trigger, "data": data}), RECEIPT).event
        assert isinstance(event, CallRinging | CallEnded | Ignored)
