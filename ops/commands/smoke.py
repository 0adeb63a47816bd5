"""make smoke: one test call through a deployed stack, followed until APNs has taken it or to where it stopped."""

from ops.calls import timeline, webhooks
from ops.calls.tracker import CallTracker
from ops.calls.webhooks import Call
from ops.console import block
from ops.stack.deployed import DeployedStack
from ops.stack.secrets import read_webhook_credentials


def smoke(stack: DeployedStack, call: Call) -> int:
    """0 if APNs has taken a push. Raises `NoWebhookCredentials` or `httpx.TransportError`."""
    credentials = read_webhook_credentials(stack)
    print(
        f"This really rings: {call.caller} calls every phone of {call.callee} in stack {stack.name}. Nobody is there "
        "to talk to.",
        flush=True,
    )
    tracker = CallTracker(stack)
    shape: webhooks.Shape = "signed" if credentials.hmac_secret else "documented"
    sent = webhooks.webhook(shape, call, credentials)
    tracked = tracker.wait(webhooks.post(stack, sent))
    block(timeline.timeline(tracked), "")
    stopped = timeline.problem(tracked, sorted(tracked.rung))
    if stopped:
        print(f"\nAPNs has taken no push: {stopped}\nWhat may be wrong: make doctor")
        return 1
    print(f"\nAPNs has taken the push for {len(tracked.rung)} phone(s). Whether it rings, only the phone can show.")
    return 0
