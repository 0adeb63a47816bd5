"""make smoke: one test call through a deployed stack, followed until APNs has accepted it or to where it stopped."""

from ops.calls import webhooks
from ops.calls.conclusion import conclusion
from ops.calls.timeline import timeline
from ops.calls.tracker import CallTracker
from ops.calls.webhooks import Call
from ops.console import block
from ops.stack.deployed import DeployedStack
from ops.stack.secrets import read_webhook_credentials


def smoke(stack: DeployedStack, call: Call) -> int:
    """0 if APNs has accepted a push. Raises `NoWebhookCredentials` or `httpx.TransportError`."""
    credentials = read_webhook_credentials(stack)
    print(
        f"This really rings: {call.caller} calls every phone of {call.callee} in stack {stack.name}. Nobody is there "
        "to talk to.",
        flush=True,
    )
    tracker = CallTracker(stack)
    shape: webhooks.Shape = "signed" if credentials.hmac_secret else "documented"
    sent = webhooks.marked_as_test(webhooks.webhook(shape, call, credentials), "smoke")
    tracked = tracker.wait(webhooks.post(stack, sent))
    block(timeline(tracked), "")
    print(f"\n{conclusion(tracked, call.callee)}")
    if not tracked.rung:
        return 1
    print("APNs has accepted it. Whether the phone rings, only the phone can show.")
    return 0
