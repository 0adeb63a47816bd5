"""Users, and calls to them, on the deployed stack."""

import secrets

from ops.calls import webhooks
from ops.calls.tracker import CallTracker, TrackedCall
from ops.stack.deployed import DeployedStack
from ops.stack.description import StackDescription


def a_user() -> str:
    return f"user-{secrets.token_hex(6)}"


def deliver(stack: StackDescription, webhook: webhooks.Webhook) -> TrackedCall:
    tracker = CallTracker(DeployedStack.on_this_machine(stack))
    return tracker.wait(webhooks.post(stack, webhook))


def ring(stack: StackDescription, callee: str) -> TrackedCall:
    tracker = CallTracker(DeployedStack.on_this_machine(stack))
    call = webhooks.new_call("alice", callee, "audio")
    return tracker.wait(webhooks.post(stack, webhooks.webhook("documented", call, stack.webhook)))
