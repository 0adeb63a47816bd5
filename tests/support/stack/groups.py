"""Groups on the stand-in of CometChat's API, and calls to them."""

import json
import secrets
import time

import httpx

from ops.calls import webhooks
from ops.stack.description import StackDescription


def a_group(stack: StackDescription, members: list[str]) -> str:
    guid = f"group-{secrets.token_hex(6)}"
    api = stack.cometchat_api
    httpx.post(
        f"{api.url}/groups/{guid}/members",
        json={"participants": members},
        headers={"apikey": api.rest_api_key},
        trust_env=False,
    ).raise_for_status()
    return guid


def group_call(stack: StackDescription, guid: str, caller: str) -> webhooks.Webhook:
    entity = {"sessionid": secrets.token_hex(20)}
    call = {
        "id": "7",
        "conversationId": f"group_{guid}",
        "sender": caller,
        "receiverType": "group",
        "receiver": guid,
        "type": "video",
        "data": {"action": "initiated", "entities": {"on": {"entity": entity}}},
        "sentAt": int(time.time()),
    }
    body = json.dumps({"trigger": "call_initiated", "data": {"call": call}}).encode()
    return webhooks.with_basic_authentication(body, stack.webhook)
