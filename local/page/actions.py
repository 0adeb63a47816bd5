"""What the page's buttons do, by the same code as the commands. Everything here blocks."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from apns_simulator import SimulatorClient
from apns_simulator.errors import BadInputError
from local.page.faults import SWITCHES, is_of
from local.page.inputs import Fault, InCall, NewCall, NewPhone, OnPhone
from local.page.page_state import PageState
from local.page.phones import UserAction
from local.phones import phone
from local.phones.phone import Phone
from ops.calls import end_webhooks, webhooks
from ops.calls.pushed_call import as_cometchat_knows_it
from ops.calls.webhooks import Call, Webhook, WebhookResponse
from ops.stack.deployed import DeployedStack
from ops.stack.description import StackDescription, WebhookCredentials
from ops.stack.secrets import read_webhook_credentials
from shared.call_events import CallRinging
from shared.device_tokens import device_hash
from shared.devices import Device

DELIVERED_AGAIN_AFTER_S = 1.0


@dataclass(frozen=True, slots=True)
class Later:
    after_s: float
    act: Callable[[], object]


class Actions:
    def __init__(self, stack: DeployedStack, description: StackDescription, page_state: PageState) -> None:
        self._stack = stack
        self._description = description
        self._page_state = page_state
        self._simulator = stack.simulator

    @property
    def _credentials(self) -> WebhookCredentials:
        """Read each time, since they may have been rotated. Raises `CommandError`."""
        return read_webhook_credentials(self._stack)

    def register(self, new: NewPhone) -> dict[str, Any]:
        token = phone.new_device_token()
        phone.register(self._description, Phone(new.uid, token, new.environment))
        return {"said": f"{new.uid} has a new phone", "device": device_hash(token)}

    def on_phone(self, action: OnPhone) -> dict[str, Any]:
        device = self._device(action.device)
        if action.does == "sign out":
            phone.unregister(self._description, Phone(device.uid, device.token))
            return {"said": f"{device.uid} has signed out"}
        self._apns().put_device(device.token, dead_since_ms=_now_ms())
        return {"said": f"{device.uid} has deleted the app: to the next push APNs will say 410"}

    def in_call(self, action: InCall) -> dict[str, Any]:
        """Posts the webhooks that CometChat would post for it."""
        device = self._device(action.device)
        call = self._page_state.phones.call_on(device, action.uuid)
        if call is None:
            raise BadInputError(f"this phone has not been rung for a call {action.uuid}")
        record: dict[str, UserAction] = {"answer": "answered", "decline": "declined", "hang up": "hung up"}
        self._page_state.user_actions.record(device.token, action.uuid, record[action.does])
        answers = [webhooks.post(self._description, each) for each in self._webhooks_of(action, device, call)]
        return {"said": f"{device.uid} {record[action.does]}", "answers": [_plain(response) for response in answers]}

    def call(self, new: NewCall) -> tuple[dict[str, Any], list[Later]]:
        """Posts the call once. Returns the answer for the page, and what remains to be done later."""
        to_group = bool(new.members)
        call = webhooks.new_call(new.caller, new.callee, new.type, to_group=to_group, shape=new.shape)
        if to_group:
            self._add_members(new.callee, [new.caller, *new.members])
        sent = webhooks.webhooks(new.shape, call, new.members, self._credentials)
        answers = [self._post(webhook, call) for webhook in sent]

        def deliver_again() -> None:
            for webhook in sent:
                self._post(webhook, call)

        def cancel() -> None:
            for webhook in end_webhooks.cancelled(new.shape, call, new.members, _now_ms(), self._credentials):
                self._post(webhook, call)

        later = [Later(number * DELIVERED_AGAIN_AFTER_S, deliver_again) for number in range(1, new.deliveries)]
        if new.cancel_after_s is not None:
            later.append(Later(new.cancel_after_s, cancel))
        return {"said": f"{new.caller} calls {new.callee}", "answers": [_plain(each) for each in answers]}, later

    def fault(self, fault: Fault) -> dict[str, Any]:
        switch = SWITCHES.get(fault.id)
        if switch is None:
            raise BadInputError(f"there is no fault {fault.id}; expected one of {', '.join(SWITCHES)}")
        for each in self._apns().faults():
            if is_of(switch, each):
                self._apns().clear_faults(each["id"])
        if fault.on:
            token = self._device(fault.device).token if fault.device else None
            self._apns().add_fault(switch.action, **switch.fields, count=fault.count, device_token=token)
        return {"said": f"{switch.name}: {'on' if fault.on else 'off'}"}

    def clear_faults(self) -> dict[str, Any]:
        self._apns().clear_faults()
        return {"said": "All faults are off"}

    def _webhooks_of(self, action: InCall, device: Device, ringing: CallRinging) -> Iterator[Webhook]:
        call, now_ms = as_cometchat_knows_it(ringing), _now_ms()
        match action.does:
            case "answer":
                yield from end_webhooks.answered(call, device.uid, now_ms, self._credentials)
            case "hang up":
                yield end_webhooks.ended(call, now_ms, self._credentials)
            case "decline" if not call.to_group:  # of a group's call CometChat tells nobody
                yield end_webhooks.rejected(call, device.uid, now_ms, self._credentials)

    def _post(self, webhook: Webhook, call: Call) -> WebhookResponse:
        response = webhooks.post(self._description, webhook)
        if response.correlation_id:
            self._page_state.calls.posted(response.correlation_id, call)
        return response

    def _add_members(self, guid: str, members: Sequence[str]) -> None:
        api = self._description.cometchat_api
        with httpx.Client(trust_env=False, headers={"apikey": api.rest_api_key}) as client:
            client.post(f"{api.url}/groups/{guid}/members", json={"participants": members}).raise_for_status()

    def _device(self, hashed: str) -> Device:
        for device in self._page_state.devices:
            if device_hash(device.token) == hashed:
                return device
        raise BadInputError(f"no phone {hashed} is registered")

    def _apns(self) -> SimulatorClient:
        if self._simulator is None:
            raise BadInputError("the stack pushes to another APNs server than our simulator")
        return self._simulator


def _plain(response: WebhookResponse) -> dict[str, Any]:
    return {"status": response.status, "took_ms": round(response.took_ms), **response.body}


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
