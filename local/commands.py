"""What the commands do with a running stack. Each returns the exit code."""

import json

from local.phones import phone
from local.phones.phone import Environment, Phone
from ops.calls import timeline, webhooks
from ops.calls.tracker import Observer
from ops.calls.webhooks import Call, Shape
from ops.console import block
from ops.stack.description import Contract
from shared.device_tokens import device_hash


def register(contract: Contract, uid: str, token: str | None, environment: Environment | None) -> int:
    registered = phone.register(contract, Phone(uid, token or phone.new_device_token(), environment))
    print(json.dumps(registered, indent=2))
    return 0


def ring(contract: Contract, call: Call, shape: Shape) -> int:
    """0 if a phone rang."""
    observer = Observer(contract)
    followed = observer.follow(webhooks.post(contract, webhooks.webhook(shape, call, contract.webhook)))
    print(f"{call.caller} calls {call.callee}:")
    block(timeline.timeline(followed), "")
    stuck = timeline.problem(followed, sorted(followed.rung))
    if stuck:
        print(f"\nNo phone rang: {stuck}")
    return 1 if stuck else 0


def demo(contract: Contract) -> int:
    """The brief's example, for two phones that the callee has just got. 0 if both rang."""
    phones = [Phone("bob", phone.new_device_token(), environment) for environment in ("production", "sandbox")]
    devices = [device_hash(each.token) for each in phones]
    for each, device in zip(phones, devices, strict=True):
        phone.register(contract, each)
        print(f"bob's phone {device} ({each.environment}) is registered")
    try:
        observer = Observer(contract)
        followed = observer.follow(webhooks.post(contract, webhooks.example_of_the_brief(contract.webhook)))
    finally:
        for each in phones:
            phone.unregister(contract, each)
    print("\nThe webhook of the brief, alice calls bob:\n")
    block(timeline.timeline(followed), "")
    pushes = [push for push in followed.pushes if push["device_token"] in {each.token for each in phones}]
    if pushes:
        print("\nWhat Apple received:\n")
        block(timeline.pushes_as_received(pushes))
    elif contract.apns.control_url is None:
        print(f"\nWhat {contract.apns.url} has received can't be shown: it is not our simulator.")
    stuck = timeline.problem(followed, devices)
    print(f"\nNot both phones rang: {stuck}" if stuck else "\nBoth phones rang.")
    return 1 if stuck else 0
