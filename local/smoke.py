"""make smoke: one test call through a deployed stack, followed until APNs has taken it or to where it stopped."""

from local import cometchat, timeline
from local.call import Observer
from local.cometchat import Call
from local.console import block
from local.deployed_stack import DeployedStack
from local.webhook_credentials import read_webhook_credentials


def smoke(stack: DeployedStack, call: Call) -> int:
    """0 if APNs has taken a push. Raises `NoWebhookCredentials` or `httpx.TransportError`."""
    credentials = read_webhook_credentials(stack)
    print(
        f"This really rings: {call.caller} calls every phone of {call.callee} in stack {stack.name}. Nobody is there "
        "to talk to.",
        flush=True,
    )
    observer = Observer(stack)
    shape: cometchat.Shape = "brief" if credentials.hmac_secret else "documented"
    sent = cometchat.webhook(shape, call, credentials)
    followed = observer.follow(cometchat.post(stack, sent))
    block(timeline.timeline(followed), "")
    stopped = timeline.problem(followed, sorted(followed.rung))
    if stopped:
        print(f"\nAPNs has taken no push: {stopped}\nWhat may be wrong: make doctor")
        return 1
    print(f"\nAPNs has taken the push for {len(followed.rung)} phone(s). Whether it rings, only the phone can show.")
    return 0
