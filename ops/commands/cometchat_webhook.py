"""make cometchat-webhook: the webhook at CometChat, made or brought up to date through its management API."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ops.cometchat.management_api import ManagementApi, ManagementKey, Webhook, WebhookSettings, named
from ops.cometchat.triggers import TRIGGERS
from ops.console import block
from ops.errors import InvalidSetting, NotSetUp
from ops.stack.deployed import DeployedStack
from ops.stack.secrets import read_webhook_credentials

_MAX_URL = 255
_ID = re.compile(r"[A-Za-z0-9]{1,50}")


@dataclass(frozen=True, slots=True)
class _Plan:
    webhook_id: str
    existing: Webhook | None
    settings: WebhookSettings
    missing: Sequence[str]


def cometchat_webhook(stack: DeployedStack, key: ManagementKey, webhook_id: str, confirm: Callable[[str], bool]) -> int:
    """`webhook_id` may be empty. Raises `InvalidSetting`, `NotSetUp` or `ManagementApiFailed`."""
    settings = _settings(stack, key)
    api = ManagementApi(key)
    plan = _plan(api, settings, webhook_id or _default_id(stack.name))
    _show(plan, key)
    if not confirm("Go on?"):
        print("Nothing was changed.")
        return 1
    if plan.existing:
        api.update(plan.webhook_id, plan.settings)
    else:
        api.create(plan.webhook_id, plan.settings)
    refused = {trigger: why for trigger in plan.missing if (why := api.add_trigger(plan.webhook_id, trigger))}
    return _conclude(plan, api.triggers(plan.webhook_id), refused)


def _settings(stack: DeployedStack, key: ManagementKey) -> WebhookSettings:
    url = stack.webhook_url
    if key.url.startswith("https:") and not url.startswith("https:"):
        raise InvalidSetting(f"CometChat can't reach {url}: name a stack in AWS with STACK= or CONFIG=")
    if len(url) > _MAX_URL:
        raise InvalidSetting(f"CometChat takes addresses of at most {_MAX_URL} characters, and this has {len(url)}")
    credentials = read_webhook_credentials(stack)
    if not credentials.username:
        raise InvalidSetting(
            "the webhook secret holds no user name and password: make webhook-secret ROTATE=1 makes them"
        )
    if not (_ID.fullmatch(credentials.username) and re.fullmatch(r"[A-Za-z0-9]{1,100}", credentials.password)):
        raise InvalidSetting(
            "CometChat takes letters and digits only, 50 for the user name and 100 for the password: "
            "make webhook-secret ROTATE=1 makes such"
        )
    return WebhookSettings(f"VoIP push {stack.name}", url, credentials.username, credentials.password)


def _default_id(stack_name: str) -> str:
    return f"voippush{re.sub(r'[^A-Za-z0-9]', '', stack_name)}"[:50]


def _plan(api: ManagementApi, settings: WebhookSettings, webhook_id: str) -> _Plan:
    if not _ID.fullmatch(webhook_id):
        raise InvalidSetting("ID must be 1 to 50 letters and digits")
    existing = named(api.webhooks(), webhook_id, settings.url)
    if existing is None:
        return _Plan(webhook_id, None, settings, TRIGGERS)
    triggers = api.triggers(existing.id)
    missing = [trigger for trigger in TRIGGERS if trigger not in triggers]
    return _Plan(existing.id, existing, settings, missing)


def _show(plan: _Plan, key: ManagementKey) -> None:
    existing = plan.existing
    print(f"CometChat app {key.app_id}, webhook {plan.webhook_id} ({'exists' if existing else 'new'}):\n")
    moved = f"   (now {existing.url})" if existing and existing.url != plan.settings.url else ""
    block(
        f"URL             {plan.settings.url}{moved}\n"
        "authentication  Basic, with the user name and password of the stack's secret\n"
        "enabled         yes\n"
        "retryOnFailure  yes: what is not answered with 2xx comes again after 10 and 30 s\n"
        f"new triggers    {', '.join(plan.missing) or 'none, it has all'}"
    )
    print(flush=True)


def _conclude(plan: _Plan, present: set[str], refused: dict[str, str]) -> int:
    by_hand = [trigger for trigger in TRIGGERS if trigger not in present]
    if not present.intersection(TRIGGERS):
        raise NotSetUp(
            f"webhook {plan.webhook_id} has none of the triggers: {'; '.join(sorted(set(refused.values())))}. "
            "It may be a legacy webhook. Delete it in the dashboard, or choose another name with ID=, and try again"
        )
    if not by_hand:
        print("The webhook is set up, with all triggers.")
        return 0
    print("The webhook is set up, but CometChat's API did not take these triggers:")
    block("\n".join(f"{trigger}: {refused.get(trigger, 'not in the list afterwards')}" for trigger in by_hand))
    print(f"Tick them by hand: CometChat dashboard -> Webhooks -> {plan.webhook_id} -> Triggers. Until then")
    print("phones may ring for calls that are over.")
    return 0
