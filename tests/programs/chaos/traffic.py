"""Acts as CometChat and as iPhones, by the plan."""

import asyncio
import json
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import httpx

from apns_simulator import SimulatorClient
from local.phones.credentials import sign_jwt
from ops.calls import webhooks
from ops.calls.webhooks import Webhook
from ops.stack import emulated_aws
from ops.stack.description import StackDescription
from shared.call_events import CallRinging, to_json
from tests.programs.chaos.plan import Device, Kind, Plan, PlannedCall
from tests.support.log_scan import LogScan
from webhook.cometchat import parse
from webhook.receipt import Receipt

AT_ONCE = 8
CALLS_PER_S = 9.0
# Calls that wait so long that they grow stale would tell of the emulator's speed, and of nothing else.
MAX_BACKLOG = 30
ATTEMPTS = 6
STALE_S = 50
# A worker that is killed before it has taken hold of its messages keeps them for the queue's visibility timeout, 36 s.
NOTED_WITHIN_S = 75.0


# Of thousands of bodies not every piece is looked for in the logs.
BODY_STEP = 200


class GaveUp(Exception):
    """The stack refused a request that was in order, again and again."""


@dataclass(slots=True)
class Answers:
    """What the webhook has answered."""

    by_status: Counter[int] = field(default_factory=Counter)
    queued: set[str] = field(default_factory=set)
    """Correlation ids of the webhooks that were queued as ringing calls."""
    noted_at_ms: dict[str, int] = field(default_factory=dict)
    """When the end of a session was answered with `noted`."""

    def add(self, body: dict[str, Any], answer: dict[str, Any]) -> None:
        if body["trigger"] != "call_cancelled":
            self.queued.add(answer["correlation_id"])
        elif answer["result"] == "noted":
            session_id = body["data"]["call"]["data"]["entities"]["on"]["entity"]["sessionid"]
            self.noted_at_ms[session_id] = int(time.time() * 1000)


class Traffic:
    def __init__(self, description: StackDescription, plan: Plan) -> None:
        self._description = description
        self._plan = plan
        self._simulator = SimulatorClient(description.apns.control_url or "")
        self._dynamodb = emulated_aws.client("dynamodb", description.aws_endpoint_url)
        self._sqs = emulated_aws.client("sqs", description.aws_endpoint_url)
        self._slots = asyncio.Semaphore(AT_ONCE)
        self.answers = Answers()
        self.reached = 0
        """The number of the latest call."""
        self.private = LogScan()
        """What must not be in a log."""
        self.private.add_description(description)
        self._client = httpx.AsyncClient(trust_env=False, timeout=30)

    async def register_all(self) -> None:
        api = self._description.cometchat_api
        for guid, members in self._plan.groups.items():
            url = f"{api.url}/groups/{guid}/members"
            await self._client.post(url, json={"participants": members}, headers={"apikey": api.rest_api_key})
        await asyncio.gather(
            *(self._register(uid, device) for uid, devices in self._plan.devices.items() for device in devices)
        )

    async def run(self) -> None:
        """Posts as fast as the stack keeps up, and returns when everything planned has been posted."""
        calls = []
        for call in self._plan.calls:
            await asyncio.sleep(1 / CALLS_PER_S)
            while await asyncio.to_thread(self._backlog) > MAX_BACKLOG:
                await asyncio.sleep(0.1)
            self.reached = call.number
            calls.append(asyncio.create_task(self._call(call)))
        await asyncio.gather(*calls)
        self.reached = len(self._plan.calls)
        await self._client.aclose()

    def _backlog(self) -> int:
        names = ["ApproximateNumberOfMessages"]
        url = self._description.queues.calls
        attributes = self._sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        return int(attributes[names[0]])

    async def _register(self, uid: str, device: Device) -> None:
        token = sign_jwt(self._description.jwt, uid)
        self.private.add("a device token", device.token)
        self.private.add("a bearer token", token, token.rpartition(".")[2])
        async with self._slots:
            response = await self._client.put(
                self._description.tokens_url,
                json={"token": device.token, "environment": device.registered_in},
                headers={"Authorization": f"Bearer {token}"},
            )
        if response.status_code != 200:
            raise GaveUp(f"registering: {response.status_code} {response.text}")
        dead_since_ms = int(time.time() * 1000) + 1 if device.dead else None
        await asyncio.to_thread(
            self._simulator.put_device, device.token, environment=device.environment, dead_since_ms=dead_since_ms
        )

    async def _call(self, call: PlannedCall) -> None:
        self.private.add("a person's name", _name(call))
        sent_at_ms = int(time.time() * 1000) - (STALE_S * 1000 if call.kind is Kind.STALE else 0)
        if call.kind is Kind.ENDED_BEFORE:
            await self._post(self._over(call, sent_at_ms))
            await self._until_noted(call)
        bodies = [body for body in _ringing(call, sent_at_ms)]
        steps = [self._deliver(body, delay_s) for delay_s in call.delays_s for body in bodies]
        if call.kind is Kind.ENDED_DURING:
            steps.append(self._end_later(call, sent_at_ms))
        if call.on_the_queue_twice:
            steps += [asyncio.to_thread(self._duplicate_on_the_queue, body) for body in bodies]
        await asyncio.gather(*steps)

    async def _deliver(self, body: dict[str, Any], delay_s: float) -> None:
        await asyncio.sleep(delay_s)
        await self._post(body)

    async def _end_later(self, call: PlannedCall, sent_at_ms: int) -> None:
        await asyncio.sleep(call.over_after_s)
        await self._post(self._over(call, sent_at_ms))

    async def _post(self, body: dict[str, Any]) -> None:
        """As CometChat: again a little later when the answer is not 200."""
        sent: Webhook = webhooks.with_basic_authentication(json.dumps(body).encode(), self._description.webhook)
        self.private.add_body("a body", sent.body, BODY_STEP)
        for attempt in range(ATTEMPTS):
            async with self._slots:
                response = await self._client.post(
                    self._description.webhook_url, content=sent.body, headers=sent.headers
                )
            self.answers.by_status[response.status_code] += 1
            if response.status_code == 200:
                self.answers.add(body, response.json())
                return
            await asyncio.sleep(0.5 * (attempt + 1))
        raise GaveUp(f"the webhook: {response.status_code} {response.text}")

    def _over(self, call: PlannedCall, sent_at_ms: int) -> dict[str, Any]:
        entity = {"sessionid": call.session_id, "status": "cancelled"}
        fields = {
            "id": str(call.number + 1),
            "conversationId": _conversation(call),
            "sender": call.caller,
            "receiverType": "group" if call.group else "user",
            "receiver": call.group or call.callees[0],
            "category": "call",
            "type": "audio",
            "data": {"action": "cancelled", "entities": {"on": {"entity": entity, "entityType": "call"}}},
            "sentAt": sent_at_ms // 1000,
        }
        return {"trigger": "call_cancelled", "data": {"call": fields}}

    async def _until_noted(self, call: PlannedCall) -> None:
        """The end counts as "before" when it is in the calls table."""
        deadline = time.monotonic() + NOTED_WITHIN_S
        while time.monotonic() < deadline:
            response = await asyncio.to_thread(
                self._dynamodb.query,
                TableName=self._description.tables.calls,
                ConsistentRead=True,
                KeyConditionExpression="#call = :call",
                ExpressionAttributeNames={"#call": "call"},
                ExpressionAttributeValues={":call": {"S": f"session#{call.session_id}"}},
            )
            if response["Items"]:
                return
            await asyncio.sleep(0.2)
        raise GaveUp(f"the end of call {call.number} was not noted within {NOTED_WITHIN_S} s")

    def _duplicate_on_the_queue(self, body: dict[str, Any]) -> None:
        """SQS delivers at least once: a second copy of the message, under an id of its own."""
        receipt = Receipt(int(time.time() * 1000), f"copy-{len(self.answers.queued)}-{time.monotonic_ns()}")
        event = parse(json.dumps(body).encode(), receipt).event
        if isinstance(event, CallRinging):
            self._sqs.send_message(QueueUrl=self._description.queues.calls, MessageBody=to_json(event))
            self.answers.queued.add(receipt.correlation_id)


def _name(call: PlannedCall) -> str:
    return f"Caller No. {call.number}"


def _conversation(call: PlannedCall) -> str:
    return f"group_{call.group}" if call.group else f"{call.caller}_user_{call.callees[0]}"


def _ringing(call: PlannedCall, sent_at_ms: int) -> list[dict[str, Any]]:
    """CometChat's webhook; or for a group one for each member, from its custom push provider; or for some both."""
    members = [_custom_provider(call, callee, sent_at_ms) for callee in call.callees if call.group]
    match call.number % 3 if call.group else 0:
        case 0:
            return [_call_initiated(call, sent_at_ms)]
        case 1:
            return members
        case _:
            return [_call_initiated(call, sent_at_ms), *members]


def _call_initiated(call: PlannedCall, sent_at_ms: int) -> dict[str, Any]:
    entity = {"sessionid": call.session_id, "status": "initiated"}
    fields = {
        "id": str(call.number),
        "conversationId": _conversation(call),
        "sender": call.caller,
        "receiverType": "group" if call.group else "user",
        "receiver": call.group or call.callees[0],
        "category": "call",
        "type": "video" if call.number % 2 else "audio",
        "data": {
            "action": "initiated",
            "entities": {
                "by": {"entity": {"uid": call.caller, "name": _name(call)}, "entityType": "user"},
                "on": {"entity": entity, "entityType": "call"},
            },
        },
        "sentAt": sent_at_ms // 1000,
    }
    return {"trigger": "call_initiated", "data": {"call": fields}}


def _custom_provider(call: PlannedCall, callee: str, sent_at_ms: int) -> dict[str, Any]:
    details = {
        "sender": call.caller,
        "senderName": _name(call),
        "receiver": call.group,
        "receiverType": "group",
        "conversationId": _conversation(call),
        "type": "call",
        "callAction": "initiated",
        "sessionId": call.session_id,
        "callType": "audio",
        "sentAt": str(sent_at_ms),
    }
    return {
        "trigger": "push-notification-payload-generated",
        "data": {"to": {"uid": callee}, "notificationDetails": details},
    }
