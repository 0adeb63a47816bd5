"""When a phone that rings asks, and what it makes of the answers."""

from typing import Any

import httpx
import pytest

from local.errors import CallStateUnknown
from local.page.call_state_polls import ASK_AFTER_MS, CallStatePolls, Poll, RingingPhone

PHONE = RingingPhone(token="ab", uid="bob", uuid="uuid-1", since_ms=1_000)
OTHER = RingingPhone(token="cd", uid="bob", uuid="uuid-1", since_ms=1_000)
KEY = (PHONE.token, PHONE.uuid)


class Server:
    def __init__(self, *answers: Any) -> None:
        self.questions: list[tuple[str, str]] = []
        self._answers = list(answers)

    def ask(self, uid: str, uuid: str) -> dict[str, Any] | None:
        self.questions.append((uid, uuid))
        answer = self._answers.pop(0) if self._answers else {"state": "ringing", "expires_at": 1}
        if isinstance(answer, Exception):
            raise answer
        return answer


def test_a_phone_asks_six_times_while_it_rings() -> None:
    server = Server()
    polls = CallStatePolls(server.ask)
    asked_at_ms = []
    for now_ms in range(1_000, 46_000, 250):
        before = len(server.questions)
        polls.update([PHONE], now_ms)
        if len(server.questions) > before:
            asked_at_ms.append(now_ms - PHONE.since_ms)

    assert tuple(asked_at_ms) == ASK_AFTER_MS
    assert set(server.questions) == {("bob", "uuid-1")}


def test_a_question_that_comes_late_stands_for_those_that_were_missed() -> None:
    server = Server()
    polls = CallStatePolls(server.ask)

    assert polls.update([PHONE], PHONE.since_ms + 9_000)[KEY] == Poll(asked=4)
    assert len(server.questions) == 1


@pytest.mark.parametrize(
    ("answer", "poll"),
    [
        ({"state": "answered", "reason": "started"}, Poll(1, "answered", "started")),
        ({"state": "ended", "reason": "cancelled"}, Poll(1, "ended", "cancelled")),
        ({"state": "ringing"}, Poll(1)),
        (None, Poll(1)),
        (CallStateUnknown("503"), Poll(1)),
        (httpx.ReadTimeout("slow"), Poll(1)),
    ],
)
def test_only_answered_and_ended_end_a_call(answer: Any, poll: Poll) -> None:
    assert CallStatePolls(Server(answer).ask).update([PHONE], PHONE.since_ms) == {KEY: poll}


def test_a_phone_that_rings_no_longer_does_not_ask() -> None:
    server = Server()
    polls = CallStatePolls(server.ask)
    polls.update([PHONE, OTHER], PHONE.since_ms)

    polls.update([OTHER], PHONE.since_ms + 2_000)

    assert len(server.questions) == 3
