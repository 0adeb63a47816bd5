"""Where CometChat's documentation and its deliveries differ, and where times and parties are not what they seem."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.call_events import CallEnded, CallRinging
from shared.errors import InvalidBody
from tests.support.clocks import NOON_MS
from tests.support.cometchat.samples import changed, sample
from webhook.cometchat import Ignored, parse
from webhook.receipt import Receipt

REAL_SESSION = "v1.us.239414efb0e4882a.1693576153e0dfe098a411c7c30f25e4382a150c64104f228e"
CALL = "data__call__data__entities"
DETAILS = "data__notificationDetails"


def outcome(webhook: dict[str, Any], received_at_ms: int = NOON_MS) -> CallRinging | CallEnded | Ignored:
    return parse(json.dumps(webhook).encode(), Receipt(received_at_ms, "request")).event


def ringing(webhook: dict[str, Any], received_at_ms: int = NOON_MS) -> CallRinging:
    event = outcome(webhook, received_at_ms)
    assert isinstance(event, CallRinging)
    return event


def call_ended(webhook: dict[str, Any], received_at_ms: int = NOON_MS) -> CallEnded:
    event = outcome(webhook, received_at_ms)
    assert isinstance(event, CallEnded)
    return event


@pytest.mark.parametrize(
    ("sent_at", "expected_ms"),
    [
        (1_744_959_999, 1_744_959_999_000),
        (1_744_959_999_123, 1_744_959_999_123),
        ("1744959999", 1_744_959_999_000),
        ("1744959999123", 1_744_959_999_123),
        (1_744_959_999.5, 1_744_959_999_500),
        ("1744959999.5", 1_744_959_999_500),
        (1, 1_000),
        (NOON_MS + 1, NOON_MS),
        (2**45, NOON_MS),
    ],
)
def test_times_are_seconds_or_milliseconds_and_never_in_the_future(sent_at: Any, expected_ms: int) -> None:
    assert ringing(changed(sample("call_initiated"), data__call__sentAt=sent_at)).initiated_at_ms == expected_ms
    assert call_ended(changed(sample("call_rejected"), data__call__sentAt=sent_at)).at_ms == expected_ms
    assert call_ended(changed(sample("call_started"), data__created_at=sent_at)).at_ms == expected_ms
    custom = changed(sample("custom_provider"), **{f"{DETAILS}__sentAt": sent_at})
    assert ringing(custom).initiated_at_ms == expected_ms


@given(st.integers(min_value=1, max_value=10**16 - 1), st.integers(min_value=0, max_value=2**53))
def test_no_call_begins_after_it_was_heard_of(sent_at: int, received_at_ms: int) -> None:
    call = ringing(changed(sample("call_initiated"), data__call__sentAt=sent_at), received_at_ms)

    assert call.initiated_at_ms <= call.received_at_ms == received_at_ms


def test_the_session_tells_when_the_briefs_call_began() -> None:
    call = ringing(changed(sample("signed_call_initiated"), data__sessionId=REAL_SESSION))

    assert call.initiated_at_ms == 1_693_576_153_000


def test_sent_at_goes_before_the_session() -> None:
    webhook = changed(sample("call_initiated"), **{f"{CALL}__on__entity__sessionid": REAL_SESSION})

    assert ringing(webhook).initiated_at_ms == 1_696_934_199_000
    assert ringing(changed(webhook, data__call__sentAt=...)).initiated_at_ms == 1_693_576_153_000


@pytest.mark.parametrize("session", ["v1.123.aik2", REAL_SESSION[:-1], REAL_SESSION + "0", REAL_SESSION.upper(), "x"])
def test_a_session_of_another_form_tells_no_time(session: str) -> None:
    call = ringing(changed(sample("signed_call_initiated"), data__sessionId=session))

    assert call.initiated_at_ms == NOON_MS
    assert call.session_id == session


def test_a_session_from_the_future_is_no_longer_lived() -> None:
    call = ringing(changed(sample("signed_call_initiated"), data__sessionId=REAL_SESSION), 1_693_576_000_000)

    assert call.initiated_at_ms == 1_693_576_000_000


@pytest.mark.parametrize("name", ["sessionid", "sessionId"])
@pytest.mark.parametrize("trigger", ["call_initiated", "call_cancelled", "call_busy"])
def test_a_signalled_session_may_be_written_either_way(trigger: str, name: str) -> None:
    webhook = changed(sample(trigger), **{f"{CALL}__on__entity": {name: "session"}})

    event = outcome(webhook)
    assert not isinstance(event, Ignored)
    assert event.session_id == "session"


@pytest.mark.parametrize("name", ["call_initiated", "call_cancelled", "custom_provider"])
def test_a_call_with_neither_session_nor_conversation_has_no_name(name: str) -> None:
    holder = DETAILS if name == "custom_provider" else "data__call"
    webhook = changed(sample(name), **{f"{holder}__conversationId": "", f"{holder}__sessionId": ""})
    if name == "call_initiated":
        webhook = changed(webhook, **{CALL: ...})

    with pytest.raises(InvalidBody) as raised:
        outcome(webhook)
    assert raised.value.field == f"{holder.replace('__', '.')}.conversationId"
    assert raised.value.expected == "the id of the conversation, as the call has no session id"


def test_a_call_with_neither_session_nor_time_has_no_name() -> None:
    webhook = changed(sample("call_initiated"), data__call__sentAt=..., data__call__id=..., **{CALL: ...})

    with pytest.raises(InvalidBody) as raised:
        outcome(webhook)
    assert raised.value.field == "data.call.sentAt"
    expected = "a time since the epoch, in seconds or milliseconds, as the call has no session id"
    assert raised.value.expected == expected


def test_the_session_may_be_called_id_in_the_briefs_shape() -> None:
    assert ringing(changed(sample("signed_call_initiated"), data__sessionId=...)).session_id == "session-uuid"


def test_the_fixed_parties_of_a_call_go_before_those_of_the_action() -> None:
    """As seen in real deliveries: the callee rejects, top-level parties are flipped, the entity keeps the call's."""
    entity = {"sessionid": "session", "status": "rejected", "sender": "Caller", "receiver": "callee"}
    webhook = changed(
        sample("call_rejected"),
        data__call__sender="callee",
        data__call__receiver="someone-else",
        **{f"{CALL}__on": {"entity": entity, "entityType": "call"}},
    )

    event = call_ended(webhook)
    assert (event.caller_uid, event.by_uid, event.session_id) == ("caller", "callee", "session")


@pytest.mark.parametrize(
    ("name", "caller_uid"),
    [("call_cancelled", "a"), ("call_unanswered", "a"), ("call_rejected", "b"), ("call_busy", "b")],
)
def test_who_called_follows_from_who_sends_such_an_event(name: str, caller_uid: str) -> None:
    event = call_ended(changed(sample(name), data__call__sender="a", data__call__receiver="b"))

    assert (event.caller_uid, event.by_uid) == (caller_uid, "a")


def test_an_occupant_with_a_uid_is_the_one_who_joined() -> None:
    assert call_ended(changed(sample("call_participant_joined"), data__occupant__uid="Bob")).by_uid == "bob"


@pytest.mark.parametrize("action", ["cancelled", "rejected", "unanswered", "busy", "started", "ended"])
def test_the_briefs_shape_may_tell_of_the_end_too(action: str) -> None:
    event = call_ended(changed(sample("signed_call_initiated"), trigger=f"call_{action}"))

    assert (event.trigger, event.session_id, event.caller_uid) == (action, "session-uuid", "alice")
    if action not in ("started", "ended"):
        # It has no field for the time.
        assert event.at_ms == NOON_MS


@pytest.mark.parametrize("name", ["signed_call_initiated", "call_initiated"])
def test_a_group_has_no_callee_yet(name: str) -> None:
    holder = "data" if name == "signed_call_initiated" else "data__call"
    call = ringing(changed(sample(name), **{f"{holder}__receiverType": "group"}))

    assert (call.receiver_type, call.callee_uid) == ("group", "")
    assert call.receiver_uid


def test_the_custom_provider_tells_each_member_of_a_group() -> None:
    webhook = changed(
        sample("custom_provider"), **{f"{DETAILS}__receiverType": "group", f"{DETAILS}__receiver": "Hikers"}
    )

    call = ringing(webhook)
    assert (call.receiver_type, call.receiver_uid, call.callee_uid) == ("group", "hikers", "cometchat-uid-2")


@pytest.mark.parametrize("action", ["cancelled", "unanswered", "ongoing", "rejected", "ended", "busy"])
def test_the_custom_provider_tells_one_user_of_the_end(action: str) -> None:
    event = call_ended(changed(sample("custom_provider"), **{f"{DETAILS}__callAction": action}))

    assert (event.trigger, event.callee_uid, event.session_id) == (action, "cometchat-uid-2", "v1.123.aik2")


@pytest.mark.parametrize(
    ("action", "with_session", "without"),
    [
        ("cancelled", "cometchat-uid-1", "cometchat-uid-1"),
        ("unanswered", "cometchat-uid-1", "cometchat-uid-1"),
        ("ongoing", "", "cometchat-uid-1"),
        ("rejected", "", "cometchat-uid-1"),
        ("ended", "", "cometchat-uid-1"),
        ("busy", "", "cometchat-uid-1"),
    ],
)
def test_who_called_is_named_where_the_end_needs_it_for_a_name(action: str, with_session: str, without: str) -> None:
    """Of most actions it is not documented whether `sender` is the caller; a session names the call without."""
    webhook = changed(sample("custom_provider"), **{f"{DETAILS}__callAction": action})

    assert call_ended(webhook).caller_uid == with_session
    assert call_ended(changed(webhook, **{f"{DETAILS}__sessionId": ...})).caller_uid == without
    assert call_ended(webhook).by_uid == "cometchat-uid-1"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"callAction": "held"}, "this call action rings nobody"),
        ({"type": "chat"}, "this notification is not of a call"),
        ({"type": "poll", "callAction": ...}, "this notification is not of a call"),
    ],
)
def test_other_notifications_ring_nobody(changes: dict[str, Any], reason: str) -> None:
    webhook = changed(sample("custom_provider"), **{f"{DETAILS}__{name}": value for name, value in changes.items()})

    event = outcome(webhook)
    assert isinstance(event, Ignored)
    assert (event.reason, event.trigger) == (reason, "push-notification-payload-generated")


def test_an_end_from_the_custom_provider_has_the_time_and_id_of_its_message() -> None:
    changes = {f"{DETAILS}__callAction": "ended", f"{DETAILS}__tag": "77", f"{DETAILS}__sentAt": 1_744_959_000}

    event = call_ended(changed(sample("custom_provider"), **changes))
    assert (event.message_id, event.at_ms) == (77, 1_744_959_000_000)


@pytest.mark.parametrize("action", ["started", "participant_joined", "ended"])
def test_an_event_of_the_session_with_a_call_in_it_is_its_senders(action: str) -> None:
    webhook = changed(sample("call_cancelled"), trigger=f"call_{action}")

    event = call_ended(webhook)
    assert event.caller_uid == event.by_uid == call_ended(sample("call_cancelled")).by_uid


def test_where_the_session_names_the_call_an_end_need_not_say_who_called() -> None:
    entity = {f"{CALL}__on": {"entity": {"sessionid": "session"}}}
    webhook = changed(sample("call_cancelled"), data__call__sender=..., **entity)

    assert (call_ended(webhook).session_id, call_ended(webhook).caller_uid) == ("session", "")


def test_an_end_of_a_session_may_name_its_conversation() -> None:
    webhook = changed(sample("call_ended"), data__conversationId="c1", data__initiator={"uid": "Alice"})

    assert (call_ended(webhook).conversation_id, call_ended(webhook).caller_uid) == ("c1", "alice")


def test_without_a_session_the_signed_shape_names_no_call() -> None:
    with pytest.raises(InvalidBody) as raised:
        outcome(changed(sample("signed_call_initiated"), data__sessionId=..., data__id=...))
    assert str(raised.value) == "data.sessionId must be a string of 1 to 255 characters"


@pytest.mark.parametrize("receiver_type", [..., "group"])
def test_a_group_may_be_named_by_its_guid(receiver_type: Any) -> None:
    webhook = changed(
        sample("signed_call_initiated"), data__receiver={"guid": "Team", "name": "T"}, data__receiverType=receiver_type
    )

    call = ringing(webhook)
    assert (call.receiver_type, call.receiver_uid, call.callee_uid) == ("group", "team", "")


@pytest.mark.parametrize(("receiver_type", "called"), [("group", "team"), ("user", "bob"), (..., "bob")])
def test_a_receiver_with_both_names_is_what_it_is_said_to_be(receiver_type: Any, called: str) -> None:
    receiver = {"guid": "Team", "uid": "Bob", "name": "T"}
    webhook = changed(sample("signed_call_initiated"), data__receiver=receiver, data__receiverType=receiver_type)

    call = ringing(webhook)
    assert (call.receiver_uid, call.callee_uid) == (called, "" if called == "team" else "bob")


@pytest.mark.parametrize(
    ("receiver", "receiver_type", "field"),
    [
        ({}, ..., "data.receiver.uid"),
        ({"guid": 5.5}, ..., "data.receiver.guid"),
        ({"name": "T"}, "group", "data.receiver.guid"),
    ],
)
def test_a_receiver_without_a_usable_name_is_named(receiver: dict[str, Any], receiver_type: Any, field: str) -> None:
    webhook = changed(sample("signed_call_initiated"), data__receiver=receiver, data__receiverType=receiver_type)

    with pytest.raises(InvalidBody) as raised:
        outcome(webhook)
    assert raised.value.field == field


def test_the_briefs_shape_may_name_conversation_and_avatar() -> None:
    webhook = changed(
        sample("signed_call_initiated"), data__conversationId="c1", data__initiator__avatar="https://example.com/a.png"
    )

    call = ringing(webhook)
    assert (call.conversation_id, call.caller_avatar) == ("c1", "https://example.com/a.png")


@pytest.mark.parametrize(("receiver_type", "receiver_uid"), [("user", "cometchat-uid-2"), ("group", "")])
def test_of_a_user_the_custom_provider_need_not_name_the_receiver_twice(receiver_type: str, receiver_uid: str) -> None:
    changes = {f"{DETAILS}__receiver": ..., f"{DETAILS}__receiverType": receiver_type}

    call = ringing(changed(sample("custom_provider"), **changes))
    assert (call.receiver_uid, call.callee_uid) == (receiver_uid, "cometchat-uid-2")


def test_whom_a_documented_call_is_from_and_for() -> None:
    entities = {
        f"{CALL}__by": {"entity": {"name": "Alice", "avatar": "https://example.com/a.png"}},
        f"{CALL}__for": {"entity": {"name": "Bob"}},
    }

    call = ringing(changed(sample("call_initiated"), **entities))
    assert (call.caller_name, call.caller_avatar) == ("Alice", "https://example.com/a.png")
    assert call.receiver_name == "Bob"


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({}, "data.call"),
        ({"type": "audio"}, "data.call"),
        ({"id": "s1"}, "data.initiator"),
        ({"sessionId": "s1"}, "data.initiator"),
        ({"initiator": {}}, "data.receiver"),
    ],
)
def test_what_is_missing_is_named_as_the_shape_has_it(data: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidBody) as raised:
        outcome({"trigger": "call_initiated", "data": data})
    assert raised.value.field == field


def test_the_caller_of_a_call_that_rang_out_is_the_one_of_the_call() -> None:
    """With the newer SDK the callee's phone says so, too."""
    entity = {"sessionid": "session", "sender": "caller"}
    webhook = changed(
        sample("call_unanswered"),
        data__call__sender="callee",
        data__call__receiver="caller",
        **{f"{CALL}__on": {"entity": entity}},
    )

    assert (call_ended(webhook).caller_uid, call_ended(webhook).by_uid) == ("caller", "callee")


def test_names_are_fit_for_a_lock_screen() -> None:
    webhook = changed(sample("signed_call_initiated"), data__initiator__name="\u202eecilA\x00\n \ud83d")

    assert ringing(webhook).caller_name == "ecilA  \ufffd"


@pytest.mark.parametrize(
    "webhook",
    [
        changed(sample("signed_call_initiated"), data__receiver__uid="ALICE"),
        changed(sample("call_initiated"), data__call__receiver="cometchat-uid-1"),
        changed(sample("custom_provider"), data__to__uid="cometchat-uid-1"),
    ],
)
def test_nobody_is_called_by_themselves(webhook: dict[str, Any]) -> None:
    assert outcome(webhook) == Ignored("the caller is the callee")


@pytest.mark.parametrize(
    "trigger", ["call_", "call", "Call_initiated", "call_initiated ", "call_accepted", "initiated"]
)
def test_an_unknown_trigger_is_in_order(trigger: str) -> None:
    assert isinstance(outcome({"trigger": trigger, "data": "anything"}), Ignored)


@pytest.mark.parametrize(("written", "read"), [("AUDIO", "audio"), ("Video", "video")])
def test_choices_and_uids_are_read_in_any_case(written: str, read: str) -> None:
    call = ringing(changed(sample("signed_call_initiated"), data__type=written, data__initiator__uid="Alice_B-1"))

    assert (call.call_type, call.caller_uid) == (read, "alice_b-1")
