"""What is on the phones' screens."""

from typing import Any

import pytest

from local.page.phones import Phones, PhoneView, Screen, UserAction, UserActions
from shared.call_ends import CallEnd
from shared.call_keys import claim_key
from shared.device_tokens import device_hash
from tests.support.stack.page_readings import NOW_MS, TOKEN, a_device, a_push, the_call

RING_MS = 45_000


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
    *pushes: dict[str, Any], facts: tuple[CallEnd, ...] = (), action: UserAction | None = None, at_ms: int = 2_000
) -> PhoneView:
    user_actions = UserActions()
    phones = Phones(user_actions, RING_MS)
    phones.update(pushes, {claim_key(the_call()): facts})
    if action:
        user_actions.record(TOKEN, a_push()["payload"]["uuid"], action)
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
    phones.update([a_push()], {})
    phones.update([a_push(accepted=False, ending="goaway")], {})

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
    ("trigger", "state"),
    [
        ("cancelled", "cancelled"),
        ("unanswered", "missed"),
        ("started", "answered elsewhere"),
        ("participant_joined", "answered elsewhere"),
        ("rejected", "declined elsewhere"),
        ("ended", "ended"),
    ],
)
def test_it_stops_when_the_calls_table_says_that_the_call_is_over(trigger: str, state: str) -> None:
    assert the_screen(facts=(a_fact(trigger),)).state == state


def test_what_ended_the_call_of_another_callee_does_not_stop_it() -> None:
    assert the_screen(facts=(a_fact("rejected", callee_uid="carol"),)).state == "ringing"


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


def test_only_calls_on_a_screen_are_asked_about() -> None:
    phones = Phones(UserActions(), RING_MS)
    phones.update([a_push(1, "s1"), a_push(2, "s2")], {claim_key(the_call("s1")): [a_fact("cancelled")]})

    assert [call.session_id for call in phones.show([a_device()], {}, NOW_MS).open_calls] == ["s2"]


def test_a_phone_whose_device_is_gone_is_gone_and_comes_back_locked() -> None:
    phones = Phones(UserActions(), RING_MS)
    phones.update([a_push()], {})

    assert phones.show([], {}, NOW_MS).views == ()
    assert phones.show([a_device()], {}, NOW_MS).views[0].screens == ()


def test_a_dead_token_of_which_only_apple_knows() -> None:
    phones = Phones(UserActions(), RING_MS)

    (view,) = phones.show([a_device()], {TOKEN: {"dead_since_ms": NOW_MS}}, NOW_MS).views

    assert view.app_deleted
