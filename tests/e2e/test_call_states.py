"""GET /calls/{uuid} on the deployed stack: what phones that rang are told."""

import time

import httpx
import pytest

from local.phones import phone
from local.phones.phone import Phone, call_state
from ops.calls import end_webhooks, webhooks
from ops.calls.webhooks import Call
from ops.stack.description import StackDescription
from tests.support.stack.calls import a_user, deliver


def rung(stack: StackDescription, callee: str, phones: int = 1) -> tuple[Call, str]:
    """A call that has rung the callee's phones, and the uuid of its pushes."""
    for _ in range(phones):
        phone.register(stack, Phone(callee, phone.new_device_token()))
    call = webhooks.new_call("alice", callee, "video")
    tracked = deliver(stack, webhooks.webhook("documented", call, stack.webhook))
    (uuid,) = {push["payload"]["uuid"] for push in tracked.pushes}
    return call, uuid


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def test_a_call_rings_until_it_is_cancelled(stack: StackDescription) -> None:
    bob = a_user()
    call, uuid = rung(stack, bob)

    ringing = call_state(stack, bob, uuid)
    assert ringing is not None
    assert ringing == {"state": "ringing", "expires_at": ringing["expires_at"]}
    assert 0 < ringing["expires_at"] - now_ms() <= 45_000

    for each in end_webhooks.cancelled("documented", call, (), now_ms(), stack.webhook):
        assert webhooks.post(stack, each).status == 200
    assert call_state(stack, bob, uuid) == ringing | {"state": "ended", "reason": "cancelled"}


def test_an_answer_on_one_phone_is_told_to_the_other(stack: StackDescription) -> None:
    bob = a_user()
    call, uuid = rung(stack, bob, phones=2)

    for each in end_webhooks.answered(call, bob, now_ms(), stack.webhook):
        webhooks.post(stack, each)

    told = call_state(stack, bob, uuid)
    assert told is not None
    assert (told["state"], told["reason"]) == ("answered", "participant_joined")


def test_a_refusal_on_one_phone_is_told_to_the_other(stack: StackDescription) -> None:
    bob = a_user()
    call, uuid = rung(stack, bob, phones=2)

    webhooks.post(stack, end_webhooks.rejected(call, bob, now_ms(), stack.webhook))

    told = call_state(stack, bob, uuid)
    assert told is not None
    assert (told["state"], told["reason"]) == ("ended", "rejected")


@pytest.mark.parametrize("uid", ["alice", "a-stranger"])
def test_nobody_else_is_told_anything(stack: StackDescription, uid: str) -> None:
    _, uuid = rung(stack, a_user())

    assert call_state(stack, uid, uuid) is None


def test_without_a_credential_there_is_no_answer(stack: StackDescription) -> None:
    _, uuid = rung(stack, a_user())

    with httpx.Client(trust_env=False) as client:
        assert client.get(f"{stack.calls_url}/{uuid}").status_code == 401
