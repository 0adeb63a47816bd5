"""The events in `events/`: what AWS sends to the functions, one file per case.

They are signed with public sample credentials, and all times and ids follow from the moment they are made for:
`make events` writes them again, since a call is stale after 45 s.
"""

from typing import Any

from local.sample_events.authorizer import authorizer_events
from local.sample_events.calls_api import calls_events
from local.sample_events.push import push_events
from local.sample_events.tokens import tokens_events
from local.sample_events.webhook import webhook_events

type Event = dict[str, Any]

_FUNCTIONS = {
    "webhook": "WebhookFunction",
    "push": "PushFunction",
    "tokens": "TokensFunction",
    "calls": "CallsFunction",
    "authorizer": "AuthorizerFunction",
}


def sample_events(now_ms: int) -> dict[str, Event]:
    """By name, which is also the file's, without its ending."""
    return {
        **webhook_events(now_ms),
        **push_events(now_ms),
        **tokens_events(now_ms),
        **calls_events(now_ms),
        **authorizer_events(now_ms),
    }


def function_of(name: str) -> str:
    """The function that an event is for, as `sam local invoke` takes it."""
    return _FUNCTIONS[name.partition("-")[0]]
