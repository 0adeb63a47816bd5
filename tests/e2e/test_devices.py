"""Devices through the deployed stack: who may register one, and for whom it rings."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from local.phones import phone
from local.phones.credentials import sign_jwt
from local.phones.phone import Phone
from ops.calls import webhooks
from ops.stack import emulated_aws
from ops.stack.description import StackDescription
from shared.device_tokens import device_hash
from tests.support.stack.calls import a_user, ring
from tests.support.stack.simulator import simulator
from tests.support.stack.tokens_api import request


def test_a_fresh_registration_rings_at_once(stack: StackDescription) -> None:
    mine = Phone(a_user(), phone.new_device_token())

    phone.register(stack, mine)

    assert ring(stack, mine.uid).rung == {device_hash(mine.token)}


def test_a_phone_that_signed_out_no_longer_rings(stack: StackDescription) -> None:
    mine = Phone(a_user(), phone.new_device_token())
    phone.register(stack, mine)
    assert ring(stack, mine.uid).rung == {device_hash(mine.token)}

    phone.unregister(stack, mine)

    assert ring(stack, mine.uid).pushes == []


def test_signing_out_everywhere(stack: StackDescription) -> None:
    uid = a_user()
    for _ in range(3):
        phone.register(stack, Phone(uid, phone.new_device_token()))

    response = request(stack, "DELETE", jwt=sign_jwt(stack.jwt, uid))

    assert response.json() == {"result": "removed", "count": 3}
    assert ring(stack, uid).pushes == []


def test_a_dead_token_is_removed_after_its_410(stack: StackDescription) -> None:
    dead, alive = (Phone("user-410", phone.new_device_token()) for _ in range(2))
    phone.register(stack, dead)
    phone.register(stack, alive)
    simulator(stack).put_device(dead.token, dead_since_ms=int(time.time() * 1000) + 1)

    call = ring(stack, dead.uid)

    assert call.rung == {device_hash(alive.token)}
    items = emulated_aws.client("dynamodb", stack.aws_endpoint_url).query(
        TableName=stack.tables.devices,
        KeyConditionExpression="uid = :uid",
        ExpressionAttributeValues={":uid": {"S": dead.uid}},
    )["Items"]
    assert [item["token"]["S"] for item in items] == [alive.token]


def test_the_wrong_environment_corrects_itself(stack: StackDescription) -> None:
    mine = Phone(a_user(), phone.new_device_token(), environment="production")
    simulator(stack).put_device(mine.token, environment="sandbox")
    phone.register(stack, mine)

    first, second = ring(stack, mine.uid), ring(stack, mine.uid)

    assert first.rung == second.rung == {device_hash(mine.token)}
    assert [push["environment"] for push in first.pushes] == ["production", "sandbox"]
    assert [push["environment"] for push in second.pushes] == ["sandbox"]


def test_a_phone_that_moved_never_rings_for_its_former_user(stack: StackDescription) -> None:
    """With calls to the former user before, during and after the move. Those that came after it must not ring."""
    former, new = a_user(), a_user()
    token = phone.new_device_token()
    phone.register(stack, Phone(former, token))
    sim = simulator(stack)
    sequence = sim.counters()["last_sequence"]
    calls = [webhooks.new_call("alice", former, "audio") for _ in range(12)]
    moved_after: dict[str, bool] = {}
    moved = False

    def call_former(call: webhooks.Call) -> None:
        moved_after[call.session_id] = moved
        webhooks.post(stack, webhooks.webhook("documented", call, stack.webhook))

    with ThreadPoolExecutor(4) as threads:
        racing = [threads.submit(call_former, call) for call in calls[:8]]
        phone.register(stack, Phone(new, token))
        moved = True
        for each in racing:
            each.result()
    for call in calls[8:]:
        call_former(call)
    to_new = ring(stack, new)
    time.sleep(3)

    rung_sessions = {push["payload"]["sessionId"] for push in sim.pushes(after=sequence) if push["accepted"]}
    assert to_new.rung == {device_hash(token)}
    assert not rung_sessions & {session for session, after in moved_after.items() if after}


@pytest.mark.parametrize(
    "jwt",
    [None, "abc", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJib2IifQ."],
    ids=["none", "not a JWT", "unsigned"],
)
def test_without_a_valid_jwt_nothing_is_registered(stack: StackDescription, jwt: str | None) -> None:
    response = request(stack, "PUT", jwt=jwt, body={"token": phone.new_device_token()})

    assert response.status_code in (401, 403)


def test_the_uid_in_the_body_must_be_ones_own(stack: StackDescription) -> None:
    jwt = sign_jwt(stack.jwt, "bob")

    assert request(stack, "POST", jwt=jwt, body={"uid": "carol", "token": "ab" * 32}).status_code == 403
    assert request(stack, "POST", jwt=jwt, body={"uid": "bob", "token": "ab" * 32}).status_code == 200


@pytest.mark.parametrize("token", ["", "abc", "zz", "ab" * 101, 7, None, ["ab"]])
def test_a_token_that_cannot_be_one_is_named(stack: StackDescription, token: object) -> None:
    response = request(stack, "PUT", jwt=sign_jwt(stack.jwt, "bob"), body={"token": token})

    assert response.status_code == 400
    assert response.json()["field"] == "token"
