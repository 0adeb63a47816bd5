"""A user who makes device tokens up: capped, quarantined, and no burden on other users' calls."""

from local.phones import phone
from local.phones.credentials import sign_jwt
from local.phones.phone import Phone
from ops.stack.description import StackDescription
from shared.device_tokens import device_hash
from tests.support.stack.calls import a_user, ring
from tests.support.stack.simulator import simulator
from tests.support.stack.tokens_api import request
from tokens.daily_count import MAX_NEW_DEVICES_A_DAY
from tokens.registry import MAX_DEVICES


def test_junk_is_tried_once_in_each_environment_and_then_left_alone_whatever_its_user_does(
    stack: StackDescription,
) -> None:
    mallory, alice = a_user(), Phone(a_user(), phone.new_device_token())
    junk = [Phone(mallory, phone.new_device_token()) for _ in range(MAX_DEVICES)]
    for each in (*junk, alice):
        phone.register(stack, each)
    faults = [
        simulator(stack).add_fault("answer", device_token=each.token, status=400, reason="BadDeviceToken")
        for each in junk
    ]
    try:
        first = ring(stack, mallory)
        second = ring(stack, mallory)
        phone.unregister(stack, junk[0])
        for each in junk:
            phone.register(stack, each)
        third = ring(stack, mallory)
        others = ring(stack, alice.uid)
    finally:
        for fault in faults:
            simulator(stack).clear_faults(fault)

    assert sorted(push["environment"] for push in first.pushes) == ["production"] * 10 + ["sandbox"] * 10
    assert first.rung == second.rung == third.rung == set()
    # A push that is refused slows down those behind it. There is none.
    assert [*second.pushes, *third.pushes] == []
    assert others.rung == {device_hash(alice.token)}
    assert len(others.pushes) == 1


def test_new_devices_are_capped(stack: StackDescription) -> None:
    mallory, bystander = a_user(), a_user()
    jwt = sign_jwt(stack.jwt, mallory)
    statuses = [
        request(stack, "PUT", jwt=jwt, body={"token": phone.new_device_token()}).status_code
        for _ in range(MAX_NEW_DEVICES_A_DAY)
    ]
    over = request(stack, "PUT", jwt=jwt, body={"token": phone.new_device_token()})

    assert set(statuses) == {200}
    assert over.status_code == 429
    assert 0 < int(over.headers["retry-after"]) <= 86_400
    phone.register(stack, Phone(bystander, phone.new_device_token()))
