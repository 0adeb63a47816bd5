"""What is on the phones' screens."""

from typing import Any

import pytest

from local.page.call_state_polls import Poll, RingingPhone
from local.page.phones import Phones, PhoneView, Screen, UserAction, UserActions
from shared.call_ends import CallEnd
from shared.call_keys import claim_key
from shared.device_tokens import device_hash
from tests.support.stack.page_readings import NOW_MS, TOKEN, a_device, a_push, the_call

RING_MS = 45_000
UUID: str = a_push()["payload"]["uuid"]


def a_fact(trigger: str, callee_uid: str = "") -> CallEnd:
    return CallEnd(
        trigger=trigger,
        by_uid="",
        callee_uid=callee_uid,
        message_id=8,
        at_ms=NOW_MS + 3_000,
        session_id=the_call().session_id,
    )


def the_phone(
    *pushes: dict[str, Any],
    facts: tuple[CallEnd, ...] = (),
    poll: Poll | None = None,
    action: UserAction | None = None,
    at_ms: int = 2_000,
) -> PhoneView:
    user_actions = UserActions()
    phones = Phones(user_actions, RING_MS)
    polls = {(TOKEN, UUID): poll} if poll else {}
    phones.update(pushes, {claim_key(the_call()): facts}, polls)
    if action:
        user_actions.record(TOKEN, UUID, action)
    (view,) = phones.show([a_device()], {}, NOW_MS + at_ms).views
    return view


def the_screen(*pushes: dict[str, Any], **how: Any) -> Screen:
    (screen,) = the_phone(*(pushes or (a_push(),)), **how).screens
    return screen


def test_a_registered_device_is_a_locked_phone_under_its_hash() -> None:
    view = the_phone()

    assert (view.device, view.uid, view.screens) == (device_hash(TOKEN), "bob", ())


def test_an_accepted_push_rings() -> None:
    screen = the_screen()

    assert (screen.state, screen.caller, screen.type, screen.pushes) == ("ringing", "Alice", "video", 1)
    assert screen.ends_at_ms == NOW_MS + RING_MS


def test_a_push_that_was_not_accepted_does_not_ring() -> None:
    assert the_phone(a_push(accepted=False, status=503)).screens == ()


def test_an_acceptance_that_was_taken_back_no_longer_rings() -> None:
    phones = Phones(UserActions(), RING_MS)
    phones.update([a_push()], {}, {})
    phones.update([a_push(accepted=False, ending="goaway")], {}, {})

    assert phones.show([a_device()], {}, NOW_MS).views[0].screens == ()


def test_a_push_to_another_device_does_not_ring() -> None:
    assert the_phone(a_push(token="cd" * 32)).screens == ()


def test_a_second_push_of_the_same_call_shows_no_second_screen() -> None:
    assert the_screen(a_push(1), a_push(2)).pushes == 2


def test_two_calls_are_two_screens_the_latest_first() -> None:
    phone = the_phone(a_push(1, "s1"), a_push(2, "s2", payload={"callerName": "Zoe"}))

    assert [(screen.caller, screen.state) for screen in phone.screens] == [("Zoe", "ringing"), ("Alice", "ringing")]


def test_it_stops_when_the_ring_time_is_over() -> None:
    assert the_screen(at_ms=RING_MS - 1).state == "ringing"
    assert the_screen(at_ms=RING_MS).state == "missed"


@pytest.mark.parametrize(
    ("state", "reason", "shown"),
    [
        ("answered", "participant_joined", "answered elsewhere"),
        ("ended", "rejected", "declined elsewhere"),
        ("ended", "busy", "declined elsewhere"),
        ("ended", "cancelled", "cancelled"),
        ("ended", "unanswered", "missed"),
        ("ended", "expired", "missed"),
        ("ended", "ended", "ended"),
    ],
)
def test_it_stops_when_the_server_says_that_the_call_no_longer_rings(state: str, reason: str, shown: str) -> None:
    assert the_screen(poll=Poll(2, state, reason)).state == shown


def test_it_does_not_know_of_an_end_before_it_has_asked() -> None:
    screen = the_screen(facts=(a_fact("cancelled"),), poll=Poll(1))

    assert (screen.state, screen.asked) == ("ringing", 1)


def test_what_the_server_says_after_the_user_has_answered_is_discarded() -> None:
    assert the_screen(action="answered", poll=Poll(2, "answered", "participant_joined")).state == "in call"


@pytest.mark.parametrize(
    ("action", "triggers", "state"),
    [
        ("answered", ("started",), "in call"),
        ("answered", ("started", "ended"), "ended"),
        ("declined", ("rejected",), "declined"),
        ("hung up", ("started",), "ended"),
    ],
)
def test_what_was_done_on_this_phone(action: UserAction, triggers: tuple[str, ...], state: str) -> None:
    assert the_screen(facts=tuple(map(a_fact, triggers)), action=action).state == state


def test_phones_that_ring_ask_for_their_calls_and_those_in_a_call_do_not() -> None:
    user_actions = UserActions()
    phones = Phones(user_actions, RING_MS)
    answered, rings = a_push(1, "s1"), a_push(2, "s2")
    user_actions.record(TOKEN, answered["payload"]["uuid"], "answered")
    phones.update([answered, rings], {}, {})

    shown = phones.show([a_device()], {}, NOW_MS)

    assert shown.ringing == (RingingPhone(TOKEN, "bob", rings["payload"]["uuid"], rings["received_at_ms"]),)
    assert [call.session_id for call in shown.open_calls] == ["s1"]


def test_a_phone_whose_device_is_gone_is_gone_and_comes_back_locked() -> None:
    phones = Phones(UserActions(), RING_MS)
    phones.update([a_push()], {}, {})

    assert phones.show([], {}, NOW_MS).views == ()
    assert phones.show([a_device()], {}, NOW_MS).views[0].screens == ()


def test_a_dead_token_of_which_only_apple_knows() -> None:
    phones = Phones(UserActions(), RING_MS)

    (view,) = phones.show([a_device()], {TOKEN: {"dead_since_ms": NOW_MS}}, NOW_MS).views

    assert view.app_deleted
