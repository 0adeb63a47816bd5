"""One attack on a stack: who is there, what was sent, and what has come of it."""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby

from local.phones import phone
from local.phones.phone import Phone
from ops.calls.webhooks import new_call
from ops.stack.description import StackDescription
from tests.programs.attack import calls_requests, cometchat_tokens, jwts, tokens_requests, webhooks
from tests.programs.attack.attempt import Attempt, Target
from tests.programs.attack.decoy import running_decoy
from tests.programs.attack.state import State, StateReader
from tests.programs.attack.wire import Request
from tests.support.log_scan import LogScan

_SECRET_HEADERS = ("authorization", "proxy-authorization", "x-cometchat-signature")
MIN_SECRET = 16
PEOPLE = ("Mallory of the Attacks", "Victim of the Attacks")


@dataclass(frozen=True, slots=True)
class Row:
    group: str
    name: str
    documented: str
    found: str
    held: bool


@dataclass(slots=True)
class Attack:
    description: StackDescription
    target: Target
    state_reader: StateReader
    scan: LogScan = field(default_factory=LogScan)
    rows: list[Row] = field(default_factory=list)

    def row(self, group: str, name: str, documented: str, found: str) -> None:
        self.rows.append(Row(group, name, documented, found, documented == found))

    def run(self, group: str, attempts: Sequence[Attempt], before: State) -> State:
        """Adds a row for each, and one for what they have changed together."""
        for attempt in attempts:
            request = attempt.make(self.target)
            self.keep_secret(str(attempt), request)
            answer = attempt.send(request, self.target)
            documented = _statuses(attempt.expected) + (f" {attempt.result}" if attempt.result else "")
            found = f"{answer.status or 'hung up'}" + (f" {answer.json['result']}" if "result" in answer.json else "")
            self.rows.append(Row(group, attempt.name, documented, found, attempt.holds(answer)))
        after = self.changes(group, before)
        self.row(group, "the attacker's own server", "not asked", self._visits())
        return after

    def changes(self, group: str, before: State) -> State:
        after = self.state_reader.state()
        self.row(
            group, "tables, queues, secrets, pushes", "unchanged", "; ".join(before.differences(after)) or "unchanged"
        )
        return after

    def keep_secret(self, what: str, request: Request) -> None:
        """None of this may be in a log afterwards."""
        for name, value in request.headers:
            text = value.decode("latin-1") if isinstance(value, bytes) else value
            if name.lower().strip() in _SECRET_HEADERS:
                # Whole, and each part of a token: a part that is logged is a leak, too.
                parts = {text, *text.split(), *text.split(".")}
                self.scan.add(f"header of {what}", *(part for part in parts if len(part) >= MIN_SECRET))
        self.scan.add_body(f"body of {what}", request.body[:4_000])

    def _visits(self) -> str:
        return "asked: " + ", ".join(self.target.decoy.visits) if self.target.decoy.visits else "not asked"


def groups() -> dict[str, list[Attempt]]:
    attempts = [
        *jwts.attempts(),
        *cometchat_tokens.attempts(),
        *tokens_requests.attempts(),
        *calls_requests.attempts(),
        *webhooks.attempts(),
    ]
    return {name: list(found) for name, found in groupby(attempts, key=lambda attempt: attempt.group)}


@contextmanager
def attack(description: StackDescription) -> Iterator[Attack]:
    """With a victim who has a phone, and whose phone rings."""
    victim = Phone(f"victim-{secrets.token_hex(6)}", phone.new_device_token())
    phone.register(description, victim)
    session_id = new_call("x", "y", "audio").session_id
    with running_decoy(description.jwt.kid) as decoy:
        target = Target(description, victim, f"attacker-{secrets.token_hex(6)}", session_id, decoy)
        running = Attack(description, target, StateReader(description))
        running.scan.add_description(description)
        running.scan.add("the victim's device token", victim.token)
        running.scan.add("a person's name", *PEOPLE)
        yield running


def _statuses(expected: Sequence[int]) -> str:
    return " or ".join(str(status) if status else "hung up" for status in dict.fromkeys(expected))
