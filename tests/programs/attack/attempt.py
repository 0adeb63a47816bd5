"""One attempt: what is sent, and the answers that are documented for it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from local.phones.phone import Phone
from ops.stack.description import StackDescription
from tests.programs.attack.decoy import Decoy
from tests.programs.attack.wire import RawResponse, Request, send

type Api = Literal["webhook", "tokens", "calls"]

UNAUTHENTICATED = 401
FORBIDDEN = 403
INVALID = 400
TOO_LARGE = 413
# What HTTP servers say, before any function is asked, to what is not HTTP; 0 is hanging up.
NOT_HTTP = (0, 400, 411, 431)
# API Gateway answers a route that does not exist with 404; the emulator also with 405.
NO_ROUTE = (404, 405)


@dataclass(frozen=True, slots=True)
class Target:
    """The stack under attack, somebody who has a phone there, and an attacker who is a user like others."""

    description: StackDescription
    victim: Phone
    attacker_uid: str
    session_id: str
    """Of the call that the attacker would like to make the victim's phone ring for."""
    decoy: Decoy
    """A server of the attacker's. Nobody may ever be made to ask it."""


@dataclass(frozen=True, slots=True)
class Attempt:
    api: Api
    group: str
    name: str
    make: Callable[[Target], Request]
    expected: tuple[int, ...]
    result: str = ""
    """What the answer's `result` must be where 200 is in order."""

    def __str__(self) -> str:
        return f"{self.group}: {self.name}"

    def send(self, request: Request, target: Target) -> RawResponse:
        description = target.description
        urls = {"webhook": description.webhook_url, "tokens": description.tokens_url, "calls": description.calls_url}
        return send(urls[self.api], request)

    def holds(self, answer: RawResponse) -> bool:
        return answer.status in self.expected and answer.json.get("result", "") == self.result
