"""Calls to groups through the deployed stack."""

import time

from apns_simulator import SimulatorClient
from local.phones import phone
from local.phones.phone import Phone
from ops.calls import webhooks
from ops.stack.description import StackDescription
from tests.support.stack.calls import a_user, deliver
from tests.support.stack.groups import a_group, group_call


def rung_within(stack: StackDescription, sequence: int, count: int, seconds: float = 15) -> list[str]:
    simulator = SimulatorClient(stack.apns.control_url or "")
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and len(simulator.pushes(after=sequence)) < count:
        time.sleep(0.2)
    time.sleep(1)
    return sorted(push["device_token"] for push in simulator.pushes(after=sequence) if push["accepted"])


def test_every_member_but_the_caller_is_rung_once(stack: StackDescription) -> None:
    caller, *members = [a_user() for _ in range(5)]
    phones = [Phone(uid, phone.new_device_token()) for uid in (caller, *members, members[0])]
    for each in phones:
        phone.register(stack, each)
    webhook = group_call(stack, a_group(stack, [caller, *members]), caller)
    sequence = SimulatorClient(stack.apns.control_url or "").counters()["last_sequence"]

    webhooks.post(stack, webhook)
    webhooks.post(stack, webhook)

    assert rung_within(stack, sequence, 5) == sorted(each.token for each in phones if each.uid != caller)


def test_a_group_that_cometchat_does_not_know_is_a_dead_letter_with_its_reason(stack: StackDescription) -> None:
    call = deliver(stack, group_call(stack, "no-such-group", "alice"))

    assert call.settled
    assert call.settled.fields["result"] == "undeliverable"
    assert "ERR_GUID_NOT_FOUND" in call.settled.fields["reason"]
    assert call.dead_letters == 1
