"""The registered devices as phones: what is on their screens.

A phone rings because the simulator has accepted a push for its device token. It stops when somebody answers or
declines it, when the server tells it that the call has ended (it asks `GET /calls/{uuid}`), or when the ring time has
passed. In a call, the calls table tells it the end, as CometChat's SDK would. A second push with the `uuid` of a call
that was reported before is the same call for CallKit: it is counted, and shows no second screen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from local.page.call_state_polls import Poll, Polls, RingingPhone
from ops.calls.pushed_call import pushed_call
from shared.call_ends import CallEnd, has_ended
from shared.call_events import CallRinging
from shared.call_keys import claim_key
from shared.device_tokens import device_hash
from shared.devices import Device

type UserAction = Literal["answered", "declined", "hung up"]
type ScreenState = Literal[
    "ringing", "in call", "ended", "declined", "cancelled", "answered elsewhere", "declined elsewhere", "missed"
]

# By the reason why the call has ended.
_AFTER: dict[str, ScreenState] = {
    "rejected": "declined elsewhere",
    "busy": "declined elsewhere",
    "cancelled": "cancelled",
    "unanswered": "missed",
    "expired": "missed",
}
_NOT_ASKED = Poll(asked=0)


@dataclass(frozen=True, slots=True)
class Screen:
    """One call on one phone, as CallKit shows it."""

    uuid: str
    state: ScreenState
    caller: str
    caller_uid: str
    type: str
    group: str
    pushes: int
    asked: int
    """How often the phone has asked whether the call still rings."""
    since_ms: int
    ends_at_ms: int


@dataclass(frozen=True, slots=True)
class PhoneView:
    device: str
    """The hash of its token, as in logs."""
    uid: str
    environment: str
    registered_at_ms: int
    quarantined: bool
    app_deleted: bool
    """APNs will answer 410, and our side does not know yet."""
    screens: tuple[Screen, ...]
    """The latest call first."""


@dataclass(frozen=True, slots=True)
class Shown:
    views: tuple[PhoneView, ...]
    ringing: tuple[RingingPhone, ...]
    open_calls: tuple[CallRinging, ...]
    """Calls that somebody has answered."""


class UserActions:
    """What somebody did on a phone. The backend only hears of it through CometChat."""

    def __init__(self) -> None:
        self._actions: dict[tuple[str, str], UserAction] = {}

    def record(self, token: str, uuid: str, action: UserAction) -> None:
        self._actions[token, uuid] = action

    def on(self, token: str, uuid: str) -> UserAction | None:
        return self._actions.get((token, uuid))


class Phones:
    """Remembers the accepted pushes of each device, and what the calls table has said about their calls."""

    def __init__(self, user_actions: UserActions, ring_ms: int) -> None:
        self._user_actions = user_actions
        self._ring_ms = ring_ms
        self._pushes: dict[str, dict[int, dict[str, Any]]] = {}
        self._facts: dict[str, Sequence[CallEnd]] = {}
        self._polls: Polls = {}

    def update(self, pushes: Sequence[dict[str, Any]], facts: Mapping[str, Sequence[CallEnd]], polls: Polls) -> None:
        self._facts.update(facts)
        self._polls = polls
        for push in pushes:
            of_device = self._pushes.setdefault((push["device_token"] or "").lower(), {})
            if push["accepted"]:
                of_device[push["sequence"]] = push
            else:
                of_device.pop(push["sequence"], None)

    def show(self, devices: Sequence[Device], simulator_devices: Mapping[str, dict[str, Any]], now_ms: int) -> Shown:
        for token in self._pushes.keys() - {device.token for device in devices}:
            del self._pushes[token]
        views: list[PhoneView] = []
        open_calls: dict[str, CallRinging] = {}
        ringing: list[RingingPhone] = []
        for device in devices:
            calls = self._calls_of(device)
            screens = [self._screen(device, *call, now_ms) for call in calls]
            open_calls |= {
                claim_key(call): call
                for (_, call, _), screen in zip(calls, screens, strict=True)
                if screen.state == "in call"
            }
            ringing += [
                RingingPhone(device.token, device.uid, screen.uuid, screen.since_ms)
                for screen in screens
                if screen.state == "ringing"
            ]
            views.append(
                PhoneView(
                    device=device_hash(device.token),
                    uid=device.uid,
                    environment=device.environment,
                    registered_at_ms=device.registered_at_ms,
                    quarantined=device.quarantined_until_ms > now_ms,
                    app_deleted=simulator_devices.get(device.token, {}).get("dead_since_ms") is not None,
                    screens=tuple(reversed(screens[-3:])),
                )
            )
        return Shown(tuple(views), tuple(ringing), tuple(open_calls.values()))

    def call_on(self, device: Device, uuid: str) -> CallRinging | None:
        """The call that this phone was rung for."""
        return next((call for its_uuid, call, _ in self._calls_of(device) if its_uuid == uuid), None)

    def _calls_of(self, device: Device) -> list[tuple[str, CallRinging, list[dict[str, Any]]]]:
        by_uuid: dict[str, list[dict[str, Any]]] = {}
        for _, push in sorted(self._pushes.get(device.token, {}).items()):
            if isinstance(push["payload"], dict):
                by_uuid.setdefault(push["payload"].get("uuid", ""), []).append(push)
        return [
            (uuid, call, pushes) for uuid, pushes in by_uuid.items() if (call := pushed_call(pushes[0], device.uid))
        ]

    def _screen(
        self, device: Device, uuid: str, call: CallRinging, pushes: list[dict[str, Any]], now_ms: int
    ) -> Screen:
        ends_at_ms = call.initiated_at_ms + self._ring_ms
        endings = [fact.trigger for fact in self._facts.get(claim_key(call), ()) if has_ended(call, [fact])]
        poll = self._polls.get((device.token, uuid), _NOT_ASKED)
        action = self._user_actions.on(device.token, uuid)
        return Screen(
            uuid=uuid,
            state=_state(action, poll, has_ended="ended" in endings, rings=now_ms < ends_at_ms),
            caller=call.caller_name,
            caller_uid=call.caller_uid,
            type=call.call_type,
            group=call.receiver_uid if call.receiver_type == "group" else "",
            pushes=len(pushes),
            asked=poll.asked,
            since_ms=pushes[0]["received_at_ms"],
            ends_at_ms=ends_at_ms,
        )


def _state(action: UserAction | None, poll: Poll, *, has_ended: bool, rings: bool) -> ScreenState:
    if action == "answered":
        return "ended" if has_ended else "in call"
    if action is not None:
        return "declined" if action == "declined" else "ended"
    if poll.state == "answered":
        return "answered elsewhere"
    if poll.state == "ended":
        return _AFTER.get(poll.reason, "ended")
    return "ringing" if rings else "missed"
