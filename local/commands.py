"""The commands for a running local stack. Each returns its exit code."""

import json
from collections.abc import Sequence

from local.phones import phone
from local.phones.phone import Phone
from ops.calls import timeline, webhooks
from ops.calls.conclusion import conclusion
from ops.calls.payload_profiles import in_full, payloads_by_profile, sizes
from ops.calls.tracker import CallTracker
from ops.calls.webhooks import Call, Shape
from ops.console import block
from ops.stack.deployed import DeployedStack
from ops.stack.description import StackDescription
from push.payload_fields import PayloadProfile
from shared.device_tokens import device_hash
from shared.devices import APNS_ENVIRONMENTS, ApnsEnvironment


def register(description: StackDescription, uid: str, token: str | None, environment: ApnsEnvironment | None) -> int:
    registered = phone.register(description, Phone(uid, token or phone.new_device_token(), environment))
    print(json.dumps(registered, indent=2))
    return 0


def ring(description: StackDescription, call: Call, shape: Shape, profiles: Sequence[PayloadProfile]) -> int:
    """0 if a phone rang. Prints the payload of these profiles in full, and the size of all."""
    tracker = CallTracker(DeployedStack.on_this_machine(description))
    tracked = tracker.wait(webhooks.post(description, webhooks.webhook(shape, call, description.webhook)))
    print(f"{call.caller} calls {call.callee}:")
    block(timeline.timeline(tracked), "")
    if tracked.pushes and (payloads := payloads_by_profile(tracked.pushes[0])):
        for profile in profiles:
            print(f"\n{in_full(profile, payloads[profile])}")
        print(f"\nThe payload by PayloadProfile: {sizes(payloads)}. In full: the page, or make ring with PROFILE=all")
    print(f"\n{conclusion(tracked, call.callee)}")
    return 0 if tracked.rung else 1


def demo(description: StackDescription) -> int:
    """One signed webhook, and two new phones of the callee. 0 if both rang."""
    phones = [Phone("bob", phone.new_device_token(), environment) for environment in APNS_ENVIRONMENTS]
    devices = [device_hash(each.token) for each in phones]
    for each, device in zip(phones, devices, strict=True):
        phone.register(description, each)
        print(f"bob's phone {device} ({each.environment}) is registered")
    try:
        tracker = CallTracker(DeployedStack.on_this_machine(description))
        tracked = tracker.wait(webhooks.post(description, webhooks.example(description.webhook)))
    finally:
        for each in phones:
            phone.unregister(description, each)
    print("\nA signed webhook, alice calls bob:\n")
    block(timeline.timeline(tracked), "")
    pushes = [push for push in tracked.pushes if push["device_token"] in {each.token for each in phones}]
    if pushes:
        print("\nWhat Apple received:\n")
        block(timeline.pushes_as_received(pushes))
    elif description.apns.control_url is None:
        print(f"\nWhat {description.apns.url} received can't be shown: it is not our simulator.")
    both_rang = set(devices) <= tracked.rung
    print("\nBoth phones rang." if both_rang else f"\nNot both phones rang. {conclusion(tracked, 'bob')}")
    return 0 if both_rang else 1
