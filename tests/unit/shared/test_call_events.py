"""What webhook writes on the queue, push reads; anything else is an `UnreadableEvent`."""

import json
from contextlib import suppress
from dataclasses import asdict, fields
from typing import Any, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.call_events import NUMBERS_END, CallEnded, CallEvent, CallRinging, from_json, to_json
from shared.call_keys import call_hash, claim_key, fact_keys
from shared.errors import UnreadableEvent

CHOICES = {
    "call_type": ["audio", "video"],
    "receiver_type": ["user", "group"],
    "custom": ['{"a":[1,"\u00e9"]}', "", "{}"],
}


def event_of(cls: type[CallRinging] | type[CallEnded]) -> st.SearchStrategy[Any]:
    return st.builds(
        cls,
        **{
            field.name: st.sampled_from(CHOICES[field.name])
            if field.name in CHOICES
            else st.integers(0, NUMBERS_END - 1)
            if field.type is int
            else st.text()
            for field in fields(cls)
        },
    )


EVENTS = event_of(CallRinging) | event_of(CallEnded)

VALUES: dict[str, Any] = {
    name: 1 if kind is int else CHOICES.get(name, ["x"])[0] for name, kind in get_type_hints(CallRinging).items()
}
RINGING = to_json(CallRinging(**VALUES))


def with_value(name: str, value: Any) -> str:
    return json.dumps(json.loads(RINGING) | {name: value})


@given(EVENTS)
def test_round_trip(event: CallEvent) -> None:
    assert from_json(to_json(event)) == event


@given(EVENTS)
def test_a_field_that_is_not_known_yet_does_no_harm(event: CallEvent) -> None:
    message = json.loads(to_json(event)) | {"later": {"added": 1}}

    assert from_json(json.dumps(message)) == event


@pytest.mark.parametrize("name", ["message_id", "initiated_at_ms", "received_at_ms"])
@pytest.mark.parametrize("number", [-1, NUMBERS_END, 10**38, 10**400])
def test_a_number_that_nobody_can_store_or_count_with(name: str, number: int) -> None:
    with pytest.raises(UnreadableEvent, match=name):
        from_json(with_value(name, number))


@pytest.mark.parametrize("wrong", ["x", "[]", "5", "null", "{", '{"a":1}}', "[" * 100_000, "\x00"])
def test_a_custom_object_must_be_one(wrong: str) -> None:
    with pytest.raises(UnreadableEvent, match="custom"):
        from_json(with_value("custom", wrong))


ADDED_LATER = {"custom": ""}


@pytest.mark.parametrize("name", [*(field.name for field in fields(CallRinging)), "version", "kind"])
@pytest.mark.parametrize("wrong", [None, False, 1.5, [], ["x"], {}, {"x": 1}, "\ud800"])
def test_every_field_must_be_of_its_type(name: str, wrong: Any) -> None:
    with pytest.raises(UnreadableEvent):
        from_json(with_value(name, wrong))


@pytest.mark.parametrize("name", [*(field.name for field in fields(CallRinging)), "version", "kind"])
def test_every_field_must_be_there_but_those_that_older_messages_do_not_have(name: str) -> None:
    message = json.loads(RINGING)
    del message[name]

    if name in ADDED_LATER:
        assert from_json(json.dumps(message)) == CallRinging(**VALUES | {name: ADDED_LATER[name]})
    else:
        with pytest.raises(UnreadableEvent):
            from_json(json.dumps(message))


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("version", 0),
        ("version", 2),
        ("version", "1"),
        ("kind", ""),
        ("kind", "Ringing"),
        ("kind", "over"),
        ("call_type", "fax"),
        ("call_type", ""),
        ("receiver_type", "User"),
        ("session_id", 5),
        ("message_id", "5"),
    ],
)
def test_values_that_are_not_ours(name: str, wrong: Any) -> None:
    with pytest.raises(UnreadableEvent):
        from_json(with_value(name, wrong))


@pytest.mark.parametrize(
    "text",
    ["", "x", "null", "[]", "{}", "1", "NaN", "[" * 100_000, '{"a":' * 100_000, "9" * 5_000, "\ud800", "\ufeff{}"],
)
def test_no_json_object(text: str) -> None:
    with pytest.raises(UnreadableEvent):
        from_json(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(st.text() | JSON.map(json.dumps))
def test_nothing_else_is_read(text: str) -> None:
    with pytest.raises(UnreadableEvent):
        from_json(text)


@given(EVENTS, st.data(), JSON)
def test_a_message_that_is_nearly_one_raises_nothing_else(event: CallEvent, data: st.DataObject, value: Any) -> None:
    message = json.loads(to_json(event))
    message[data.draw(st.sampled_from(sorted(message)))] = value

    with suppress(UnreadableEvent):
        assert {**message, **asdict(from_json(json.dumps(message)))} == message


@given(EVENTS)
def test_what_is_read_has_a_name_in_the_tables_and_in_the_log(event: CallEvent) -> None:
    assert len(call_hash(event)) == 12
    if isinstance(event, CallRinging):
        assert claim_key(event)


SESSION = {"session_id": "s", "conversation_id": "c", "caller_uid": "a"}


@pytest.mark.parametrize("known", [SESSION, SESSION | {"session_id": ""}, SESSION | {"conversation_id": ""}])
def test_the_end_of_a_call_is_kept_where_its_ring_looks(known: dict[str, str]) -> None:
    ring = from_json(json.dumps(json.loads(RINGING) | known))
    end = CallEnded(
        trigger="ended", by_uid="", callee_uid="", message_id=0, at_ms=1, received_at_ms=1, correlation_id="", **known
    )

    assert isinstance(ring, CallRinging)
    assert fact_keys(end) == fact_keys(ring)
    assert call_hash(end) == call_hash(ring)


def test_two_calls_of_one_conversation_are_two_claims() -> None:
    without_session = json.loads(RINGING) | {"session_id": ""}
    first = from_json(json.dumps(without_session | {"initiated_at_ms": 1_000}))
    second = from_json(json.dumps(without_session | {"initiated_at_ms": 2_000}))

    assert isinstance(first, CallRinging)
    assert isinstance(second, CallRinging)
    assert claim_key(first) != claim_key(second)
    assert fact_keys(first) == fact_keys(second)


@pytest.mark.parametrize(
    ("text", "problem"),
    [("{", "^not JSON: "), ("[]", "^not an event of version 1$"), ('{"version":2}', "^not an event of version 1$")],
)
def test_a_dead_letter_says_what_was_wrong(text: str, problem: str) -> None:
    with pytest.raises(UnreadableEvent, match=problem):
        from_json(text)
