"""What makes each row of docs/runbooks/symptoms.md true: the text that its command prints, by the symptom's heading."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace

from local.phones import phone
from local.phones.credentials import sign_jwt
from local.phones.phone import Phone
from ops.calls import end_webhooks, webhooks
from ops.calls.tracker import CallTracker
from ops.stack.description import StackDescription
from tests.support.drill import FAULTS, World
from tests.support.stack.groups import group_call
from tests.support.stack.tokens_api import request


@dataclass(frozen=True, slots=True)
class Case:
    world: World
    description: StackDescription
    uid: str
    """Who is bob in the runbook."""

    def phone(self) -> Phone:
        mine = Phone(self.uid, phone.new_device_token(), "production")
        phone.register(self.description, mine)
        return mine

    def ring(self) -> webhooks.Call:
        call = webhooks.new_call("alice", self.uid, "audio")
        self._deliver(call)
        return call

    def ring_again(self, call: webhooks.Call) -> None:
        self._deliver(call)

    def _deliver(self, call: webhooks.Call) -> None:
        tracker = CallTracker(self.world.stack)
        tracker.wait(webhooks.post(self.description, webhooks.webhook("documented", call, self.description.webhook)))


type Injection = Callable[[Case], Iterator[None]]
INJECTIONS: dict[tuple[str, str], Callable[[Case], AbstractContextManager[None]]] = {}


def row(symptom: str, prints: str) -> Callable[[Injection], Injection]:
    def register(injection: Injection) -> Injection:
        INJECTIONS[symptom, prints] = contextmanager(injection)
        return injection

    return register


def _drilled(symptom: str, rows: Mapping[str, str]) -> None:
    for prints, name in rows.items():
        INJECTIONS[symptom, prints] = lambda case, name=name: FAULTS[name].inject(case.world)  # type: ignore[misc]


_drilled(
    "Nobody rings",
    {
        "FAULT  function gone": "function push is gone",
        "FAULT  APNs out of order": "APNs answers 503",
        "FAULT  CometChat refused": "CometChat has other credentials",
        "FAULT  no calls from CometChat": "call_initiated is not ticked at CometChat",
    },
)
_drilled(
    "Rings late",
    {
        "batching window (s) is 30": "push waits for batches to fill",
        "DelaySeconds is '60'": "messages are delayed",
    },
)
_drilled(
    "Phones can't register",
    {
        "FAULT  function gone: function authorizer is gone": "function authorizer is gone",
        "authorizer: TOKEN_JWKS_URL is": "the JWKS moved",
    },
)
_drilled(
    "After a deployment",
    {
        "FAULT  deployed but not live": "a change was deployed and is not live",
        "FAULT  value changed by hand": "an environment variable was changed",
    },
)


@row("Nobody rings", "Rang 1 phone after")
def _all_in_order(case: Case) -> Iterator[None]:
    case.phone()
    yield


@row("One user does not ring", "No phone was registered under the uid bob")
def _never_registered(case: Case) -> Iterator[None]:
    yield


@row("One user does not ring", "removed: APNs answered 410")
def _app_removed(case: Case) -> Iterator[None]:
    mine = case.phone()
    case.world.apple.put_device(mine.token, dead_since_ms=int(time.time() * 1000) + 1)
    case.ring()
    yield


@row("One user does not ring", "removed: the app signed out")
def _signed_out(case: Case) -> Iterator[None]:
    phone.unregister(case.description, case.phone())
    yield


@row("One user does not ring", "moved: another user has registered this device")
def _moved(case: Case) -> Iterator[None]:
    phone.register(case.description, Phone(f"{case.uid}-2", case.phone().token))
    yield


@row("One user does not ring", "QUARANTINED until")
def _quarantined(case: Case) -> Iterator[None]:
    mine = case.phone()
    case.world.apple.add_fault("answer", device_token=mine.token, status=400, reason="BadDeviceToken", count=2)
    case.ring()
    yield


@row("One user does not ring", "last rung")
def _was_rung(case: Case) -> Iterator[None]:
    case.phone()
    case.ring()
    yield


@row("Rings late", "accepted by APNs at send")
def _several_sends(case: Case) -> Iterator[None]:
    mine = case.phone()
    case.world.apple.add_fault("answer", device_token=mine.token, status=503, reason="ServiceUnavailable", count=2)
    case.ring()
    yield


@row("Rings although ended", "webhook  noted: cancelled")
def _cancelled(case: Case) -> Iterator[None]:
    case.phone()
    call = case.ring()
    for ended in end_webhooks.cancelled("documented", call, [], int(time.time() * 1000), case.description.webhook):
        webhooks.post(case.description, ended)
    yield


@row("Rings twice", "settled as “duplicate”")
def _duplicate(case: Case) -> Iterator[None]:
    case.phone()
    case.ring_again(case.ring())
    yield


@row("Rings twice", "pushing again after an unknown outcome")
def _lost_answer(case: Case) -> Iterator[None]:
    case.world.apple.add_fault("silence", device_token=case.phone().token, accepted=True, count=1)
    case.ring()
    yield


@row("Phones can't register", "refused with 403: InvalidAudienceError; expected")
def _other_audience(case: Case) -> Iterator[None]:
    jwt = sign_jwt(replace(case.description.jwt, audience="other"), case.uid)
    request(case.description, "PUT", jwt=jwt, body={"token": phone.new_device_token()})
    yield


@row("Phones can't register", "refused with 403: ExpiredSignatureError")
def _expired(case: Case) -> Iterator[None]:
    jwt = sign_jwt(case.description.jwt, case.uid, life_s=-3600)
    request(case.description, "PUT", jwt=jwt, body={"token": phone.new_device_token()})
    yield


@row("Only groups do not ring", "CometChat will not name the group's members")
def _no_such_group(case: Case) -> Iterator[None]:
    tracker = CallTracker(case.world.stack)
    tracker.wait(webhooks.post(case.description, group_call(case.description, f"no-{case.uid}", "alice")))
    yield
