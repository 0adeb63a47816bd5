"""The webhook at CometChat, where a management key is given in the environment."""

import os
from collections.abc import Iterator, Mapping

import httpx

from ops.cometchat.management_api import ManagementApi, ManagementKey, Webhook, named
from ops.cometchat.triggers import CALL, ENDS
from ops.doctor.findings import Finding, Note, Ok, Problem, ProblemCode
from ops.errors import CommandError
from ops.stack.deployed import DeployedStack

_REMEDY = "make cometchat-webhook shows what is missing and sets it"


def cometchat_webhook(stack: DeployedStack) -> Iterator[Finding]:
    """Nothing without a key: CometChat gives it to a customer on request."""
    yield from examine(stack.webhook_url, os.environ)


def examine(webhook_url: str, variables: Mapping[str, str]) -> Iterator[Finding]:
    try:
        key = ManagementKey.from_environment(variables)
        if key is None:
            return
        api = ManagementApi(key)
        webhook = named(api.webhooks(), "", webhook_url)
        triggers = api.triggers(webhook.id) if webhook else set()
    except (CommandError, httpx.TransportError) as problem:
        yield Problem(ProblemCode.NOT_EXAMINED, f"the webhook at CometChat: {problem}", "then make doctor again")
        return
    if webhook is None:
        yield _wrong(f"no webhook of CometChat app {key.app_id} posts to {webhook_url}")
    else:
        yield from _judge(webhook, triggers)


def _judge(webhook: Webhook, triggers: set[str]) -> Iterator[Finding]:
    name = f"CometChat's webhook {webhook.id}"
    if webhook.enabled is False:
        yield _wrong(f"{name} is disabled")
    if CALL not in triggers:
        yield _wrong(f"{name} has no trigger {CALL}: no call reaches this stack")
    if missing := [trigger for trigger in ENDS if trigger not in triggers]:
        yield Note(
            f"{name} has no triggers {', '.join(missing)} by CometChat's API, which may not list all: "
            "if they are not ticked in the dashboard, phones ring for calls that are over"
        )
    if webhook.retry_on_failure is False:
        yield _wrong(f"{name} does not retry: a call that meets a failure is lost")
    elif webhook.retry_on_failure is None:
        yield Note(
            f"{name}: CometChat does not say whether it retries (retryOnFailure); make cometchat-webhook sets it"
        )
    if webhook.enabled is not False and CALL in triggers:
        yield Ok(f"{name} posts calls to this stack")


def _wrong(what: str) -> Problem:
    return Problem(ProblemCode.COMETCHAT_WEBHOOK, what, _REMEDY)
