"""Everything on the page, and what of it has changed."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from local.page import faults
from local.page.call_state_polls import RingingPhone
from local.page.calls import Calls
from local.page.phones import Phones, UserActions
from local.page.stack_reader import Reading
from shared.call_events import CallRinging
from shared.devices import Device

_KEEP_CALLS = 40


type Event = Literal["phones", "call", "faults", "stack", "problems"]


@dataclass(frozen=True, slots=True)
class Change:
    event: Event
    data: str
    """JSON."""


class PageState:
    def __init__(self, ring_ms: int) -> None:
        self.user_actions = UserActions()
        self.calls = Calls(_KEEP_CALLS)
        self.phones = Phones(self.user_actions, ring_ms)
        self.devices: tuple[Device, ...] = ()
        self.open_calls: tuple[CallRinging, ...] = ()
        self._problems_since_ms: dict[str, int] = {}
        self.ringing: tuple[RingingPhone, ...] = ()
        self._sent: dict[str, Change] = {}

    def update(self, reading: Reading, now_ms: int) -> list[Change]:
        self.devices = tuple(reading.devices)
        self.phones.update(reading.pushes, reading.facts, reading.polls)
        shown = self.phones.show(reading.devices, reading.simulator_devices, now_ms)
        self.open_calls, self.ringing = shown.open_calls, shown.ringing
        views: dict[str, tuple[Event, Any]] = {
            "phones": ("phones", [asdict(view) for view in shown.views]),
            "faults": ("faults", faults.view(reading.faults)),
            "stack": ("stack", {"waiting": reading.waiting, "dead_letters": reading.dead_letters}),
            "problems": ("problems", self._with_times(reading.problems, now_ms)),
        }
        for call in self.calls.update(reading.entries, reading.pushes):
            views[f"call {call.id}"] = ("call", asdict(call))
        return list(self._changes(views))

    def failed(self, error: Exception, now_ms: int) -> list[Change]:
        """When nothing could be read."""
        problems = self._with_times([f"the stack can't be read: {type(error).__name__}"], now_ms)
        return list(self._changes({"problems": ("problems", problems)}))

    def _with_times(self, problems: Sequence[str], now_ms: int) -> list[dict[str, Any]]:
        """What can't be read, and since when."""
        self._problems_since_ms = {each: self._problems_since_ms.get(each, now_ms) for each in problems}
        return [{"what": what, "since_ms": since_ms} for what, since_ms in self._problems_since_ms.items()]

    def everything(self) -> list[Change]:
        """For a browser that has just come."""
        return list(self._sent.values())

    def _changes(self, views: dict[str, tuple[Event, Any]]) -> Iterator[Change]:
        for key, (event, view) in views.items():
            change = Change(event, json.dumps(view))
            if self._sent.get(key) != change:
                self._sent[key] = change
                yield change
        calls = [key for key in self._sent if key.startswith("call ")]
        for key in calls[:-_KEEP_CALLS]:
            del self._sent[key]
