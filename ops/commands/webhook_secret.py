"""make webhook-secret: the credentials that CometChat presents, made, rotated, or all replaced at once."""

import json
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from enum import Enum, auto

from ops.calls import webhooks
from ops.console import block
from ops.errors import NotChanged, NotInForce, NoWebhookCredentials
from ops.stack.deployed import DeployedStack
from ops.stack.description import WebhookCredentials
from ops.stack.directory import StackDirectory
from ops.stack.secrets import new_webhook_credentials, read_secret, read_webhook_credentials, write_secret

_OUTPUT = "WebhookSecretArn"
# Read, and found to be of no interest: nothing is queued.
_PROBE = json.dumps({"trigger": "credentials_check", "data": {}}).encode()
# The webhook looks at the secret again after a wrong credential, and every 5 s at most.
_LOOKS_AGAIN_S = 5.5
_ACCEPTED_WITHIN_S = 15.0
# It keeps what it has read for 60 s.
_REFUSED_WITHIN_S = 90.0
# As many requests at once find as many warm environments. On this machine each new one costs seconds.
_AT_ONCE = 10
_AT_ONCE_HERE = 4


class Change(Enum):
    CREATE = auto()
    ROTATE = auto()
    """The former credentials stay valid beside the new ones until the next change."""
    REPLACE_ALL = auto()
    """In an emergency: the former credentials are refused at once."""


def webhook_secret(stack: DeployedStack, change: Change, directory: StackDirectory, hmac: str = "") -> int:
    """`hmac`: "1" with a key for signatures, "0" without, "" as before.

    Raises `NotChanged` or `NotInForce`. The description in `directory` is updated for a stack on this machine.
    """
    before = _before(stack, change)
    credentials = new_webhook_credentials(with_hmac=hmac == "1" or (not hmac and bool(before and before.hmac_secret)))
    value = {name: text for name, text in asdict(credentials).items() if text}
    write_secret(stack, _OUTPUT, value)
    if change is Change.REPLACE_ALL:
        # Once more, so that the version before the current one is not the old one either.
        write_secret(stack, _OUTPUT, value)
    if stack.description:
        replace(stack.description, webhook=credentials).write(directory.description)
    _show(stack, credentials)
    _until_accepted(stack, credentials)
    print("The webhook accepts them.")
    if change is Change.ROTATE and before:
        print("It still accepts the former ones, until the secret is changed again: change them at CometChat now.")
    if change is Change.REPLACE_ALL and before:
        _until_refused(stack, before, credentials)
        print("It refuses the former ones: no call gets in until you change them at CometChat.")
    return 0


def _before(stack: DeployedStack, change: Change) -> WebhookCredentials | None:
    """None if there are none that could be used. Raises `NotChanged`."""
    text = read_secret(stack, _OUTPUT)
    if text and change is Change.CREATE:
        raise NotChanged(
            f"stack {stack.name} has webhook credentials. ROTATE=1 adds new ones and keeps these valid meanwhile; "
            "EMERGENCY=1 replaces them at once"
        )
    if not text and change is not Change.CREATE:
        raise NotChanged(f"stack {stack.name} has no webhook credentials yet: leave ROTATE and EMERGENCY out")
    try:
        return read_webhook_credentials(stack)
    except NoWebhookCredentials:
        return None


def _show(stack: DeployedStack, credentials: WebhookCredentials) -> None:
    print("CometChat dashboard -> Settings -> Webhooks, Enable authentication. Shown this once:\n")
    block(f"URL          {stack.webhook_url}\nusername     {credentials.username}\npassword     {credentials.password}")
    if credentials.hmac_secret:
        print("\nFor a sender that signs its body (X-CometChat-Signature) instead:\n")
        block(f"hmac_secret  {credentials.hmac_secret}")
    print(flush=True)


def _until_accepted(stack: DeployedStack, credentials: WebhookCredentials) -> None:
    deadline = time.monotonic() + _ACCEPTED_WITHIN_S
    while (status := _status(stack, credentials)) != 200:
        if time.monotonic() > deadline:
            raise NotInForce(
                f"the secret was changed, but the webhook answers {status} to the new credentials: make doctor"
            )
        time.sleep(1)


def _until_refused(stack: DeployedStack, before: WebhookCredentials, credentials: WebhookCredentials) -> None:
    """Shows every warm environment a credential that it does not know, upon which it reads the secret again."""
    deadline = time.monotonic() + _REFUSED_WITHIN_S
    while True:
        _statuses(stack, credentials)
        if set(_statuses(stack, before)) <= {401}:
            return
        if time.monotonic() > deadline:
            raise NotInForce("the secret was changed, and the webhook still accepts the former credentials")
        print("  one of webhook's environments still accepts the former ones", flush=True)
        time.sleep(_LOOKS_AGAIN_S)


def _statuses(stack: DeployedStack, credentials: WebhookCredentials) -> Sequence[int]:
    number = _AT_ONCE_HERE if stack.is_local else _AT_ONCE
    with ThreadPoolExecutor(number) as threads:
        return list(threads.map(lambda _: _status(stack, credentials), range(number)))


def _status(stack: DeployedStack, credentials: WebhookCredentials) -> int:
    """With both kinds, since the webhook may be used with either."""
    basic = webhooks.with_basic_authentication(_PROBE, credentials)
    return webhooks.post(stack, basic if credentials.username else webhooks.signed(_PROBE, credentials)).status
