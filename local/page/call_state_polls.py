"""Each phone that rings asks the server whether the call still rings, at the times of docs/ios' CallStateClient."""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from local.errors import CallStateUnknown

ASK_AFTER_MS = (0, 2_000, 4_000, 8_000, 16_000, 32_000)

type Ask = Callable[[str, str], dict[str, Any] | None]
"""For a user and a uuid: what the server answers; None for 404. Raises `CallStateUnknown` or `httpx.TransportError`."""


@dataclass(frozen=True, slots=True)
class RingingPhone:
    token: str
    uid: str
    uuid: str
    since_ms: int
    """When the call was reported."""


@dataclass(frozen=True, slots=True)
class Poll:
    """What a phone has learnt: how often it has asked, and the answer that ended the call, if there was one."""

    asked: int
    state: str = ""
    reason: str = ""


type Polls = Mapping[tuple[str, str], Poll]
"""By device token and uuid."""


class CallStatePolls:
    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._polls: dict[tuple[str, str], Poll] = {}

    def update(self, ringing: Iterable[RingingPhone], now_ms: int) -> Polls:
        """Asks for those whose next question is due. One that comes late stands for those that it has missed."""
        for phone in ringing:
            poll = self._polls.get((phone.token, phone.uuid), Poll(asked=0))
            due = sum(phone.since_ms + after_ms <= now_ms for after_ms in ASK_AFTER_MS)
            if due > poll.asked:
                self._polls[phone.token, phone.uuid] = self._asked(phone, due)
        return dict(self._polls)

    def _asked(self, phone: RingingPhone, number: int) -> Poll:
        try:
            answer = self._ask(phone.uid, phone.uuid)
        except (CallStateUnknown, httpx.TransportError):
            # It says nothing about the call, which rings on.
            logging.getLogger(__name__).warning("a call's state could not be read", exc_info=True)
            return Poll(number)
        if answer is None or answer["state"] == "ringing":
            return Poll(number)
        return Poll(number, answer["state"], answer.get("reason", ""))
