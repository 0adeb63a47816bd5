"""The outside of the push function, in memory."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from push.apns.client import VoipPush
from push.apns.outcomes import Accepted, Outcome, Rejected
from push.batch import Worker
from push.claims import RESERVED_PUSHES, AlreadySettled, Claim, Claimed, LeasedElsewhere
from push.claims_of_0_1 import FormerRings
from push.group_fan_out import GroupCalls
from push.queue import Message
from shared.call_ends import CallEnd
from shared.call_events import CallEnded, CallEvent, CallRinging
from shared.call_keys import call_uuid, fact_keys
from shared.clock import Clock
from shared.devices import KEEP_S, ApnsEnvironment, Device
from shared.ring_items import Phones, PhoneState
from tests.support.clocks import MovedClock
from tests.support.push.events import RING_MS, fact

type Hook = Callable[[str], None]


def _nothing(_point: str) -> None: ...


@dataclass
class FakeDevices:
    """`at` is called by name before and after every step; it may raise."""

    devices: dict[tuple[str, str], Device] = field(default_factory=dict)
    at: Hook = _nothing

    def put(self, *devices: Device) -> None:
        self.devices |= {(device.uid, device.token): device for device in devices}

    def for_user(self, uid: str) -> list[Device]:
        self.at("before devices")
        return [device for (owner, _), device in self.devices.items() if owner == uid]

    def remove(self, device: Device) -> None:
        self.at("before remove")
        if self._unchanged(device):
            del self.devices[device.uid, device.token]

    def correct_environment(self, device: Device, environment: ApnsEnvironment) -> None:
        self.at("before correct_environment")
        self._change(device, environment=environment)

    def quarantine(self, device: Device, until_ms: int) -> None:
        self.at("before quarantine")
        self._change(device, quarantined_until_ms=until_ms)

    def extend(self, device: Device, now_ms: int) -> None:
        self.at("before extend")
        self._change(device, expires_at_s=now_ms // 1000 + KEEP_S)

    def _change(self, device: Device, **changes: Any) -> None:
        current = self._unchanged(device)
        if current:
            self.devices[device.uid, device.token] = replace(current, **changes)

    def _unchanged(self, device: Device) -> Device | None:
        current = self.devices.get((device.uid, device.token))
        return current if current and current.registered_at_ms == device.registered_at_ms else None


@dataclass
class RingEntry:
    """The item of the calls table for a call and callee."""

    owner: str
    lease_until_ms: int
    reserved: int = RESERVED_PUSHES
    phones: dict[str, PhoneState] = field(default_factory=dict)


@dataclass
class FakeClaims:
    """DynamoClaims' conditions, one by one. Entries by callee and uuid of the call."""

    entries: dict[tuple[str, str], RingEntry] = field(default_factory=dict)
    at: Hook = _nothing

    def claim(
        self,
        call: CallRinging,
        devices: Sequence[str],
        *,
        owner: str,
        now_ms: int,
        lease_until_ms: int,
        ring_ends_at_ms: int,
    ) -> Claim:
        self.at("before claim")
        old = self.entry(call)
        if old and old.owner != owner:
            if all(old.phones.get(each, PhoneState()).outcome for each in devices):
                return AlreadySettled()
            if not self.may_claim(old, now_ms):
                return LeasedElsewhere(old.lease_until_ms)
        left_over = old.reserved - RESERVED_PUSHES * (old.owner == owner) if old else 0
        phones = dict(old.phones) if old else {}
        reserved = (old.reserved if old else 0) + RESERVED_PUSHES
        self.entries[_key(call)] = RingEntry(owner, lease_until_ms, reserved, phones)
        self.at("after claim")
        return Claimed(dict(phones), left_over)

    def may_claim(self, old: RingEntry, now_ms: int) -> bool:
        return old.lease_until_ms < now_ms

    def note(self, call: CallRinging, phones: Phones, *, owner: str, reserved: int, lease_until_ms: int) -> bool:
        self.at("before note")
        entry = self.entry(call)
        if entry is None or entry.owner != owner or (lease_until_ms and not entry.lease_until_ms):
            return False
        entry.phones, entry.reserved, entry.lease_until_ms = dict(phones), reserved, lease_until_ms
        self.at("after note")
        return True

    def phones(self, call: CallRinging) -> Phones:
        entry = self.entry(call)
        return entry.phones if entry else {}

    def entry(self, call: CallRinging) -> RingEntry | None:
        return self.entries.get(_key(call))

    def put(self, call: CallRinging, entry: RingEntry) -> None:
        self.entries[_key(call)] = entry


def _key(call: CallRinging) -> tuple[str, str]:
    return call.callee_uid, call_uuid(call)


@dataclass(frozen=True)
class FakeClaimsOf01:
    """None: of no call that this environment can have met."""

    former: FormerRings | None = None

    def may_have(self, call: CallRinging) -> bool:
        return self.former is not None

    def former_rings(self, call: CallRinging, now_ms: int) -> FormerRings:
        assert self.former is not None, "this can only have been looked up for nothing"
        return self.former


@dataclass
class FakeCallEnds:
    kept: dict[str, dict[tuple[str, str, str, bool], CallEnd]] = field(default_factory=dict)
    at: Hook = _nothing

    def read(self, keys: list[str]) -> list[CallEnd]:
        self.at("before read")
        return [known for key in keys for known in self.kept.get(key, {}).values()]

    def add(self, call_ended: CallEnded) -> None:
        self.at("before add")
        new = fact(call_ended)
        kind = (new.trigger, new.by_uid, new.callee_uid, bool(new.session_id))
        for key in fact_keys(call_ended):
            kinds = self.kept.setdefault(key, {})
            old = kinds.get(kind)
            if old is None or (old.at_ms, old.message_id) < (new.at_ms, new.message_id):
                kinds[kind] = new


@dataclass
class ScriptedApns:
    """Answers each push with the next outcome of the script, and then with the last one for ever.

    `script` may be a function of the push and its environment; `takes_ms` passes with every push.
    """

    script: Sequence[Outcome] | Callable[[VoipPush, ApnsEnvironment], Outcome] = (Accepted(),)
    clock: MovedClock = field(default_factory=MovedClock)
    takes_ms: int = 0
    key_environments: tuple[ApnsEnvironment, ...] = ("production", "sandbox")
    renewals: list[bool] = field(default_factory=lambda: [True])
    replaced_keys: list[bool] = field(default_factory=lambda: [True])
    pushes: list[tuple[VoipPush, ApnsEnvironment, float]] = field(default_factory=list)
    write_within_s: list[float] = field(default_factory=list)
    prepared: int = 0
    steps: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    """The provider tokens that were to be replaced."""

    async def prepare(self) -> None:
        self.prepared += 1

    def has_key_for(self, environment: ApnsEnvironment) -> bool:
        return environment in self.key_environments

    async def push(
        self, push: VoipPush, environment: ApnsEnvironment, *, write_within_s: float, timeout_s: float
    ) -> Outcome:
        self.write_within_s.append(write_within_s)
        self.pushes.append((push, environment, timeout_s))
        self.steps.append(f"push {environment}")
        self.clock.pass_ms(self.takes_ms)
        if callable(self.script):
            return self.script(push, environment)
        return self.script[min(len(self.pushes), len(self.script)) - 1]

    async def new_connection(self, environment: ApnsEnvironment) -> None:
        self.steps.append(f"new connection {environment}")

    async def new_provider_token(self, environment: ApnsEnvironment, *, refused: str) -> bool:
        self.steps.append(f"new provider token {environment}")
        self.refused.append(refused)
        return self.renewals.pop(0) if self.renewals else False

    async def read_key_again(self, environment: ApnsEnvironment, *, refused: str) -> bool:
        self.steps.append(f"read key again {environment}")
        self.refused.append(refused)
        return self.replaced_keys.pop(0) if self.replaced_keys else False


@dataclass
class FakeQueue:
    """`failures` maps a method to what it raises."""

    held: list[tuple[list[str], int]] = field(default_factory=list)
    retried: dict[str, int] = field(default_factory=dict)
    dead_letters: dict[str, str] = field(default_factory=dict)
    sent: list[CallEvent] = field(default_factory=list)
    failures: dict[str, Exception] = field(default_factory=dict)
    hold_takes_s: float = 0
    order: list[str] = field(default_factory=list)
    """The holds and retries that SQS has carried out."""

    def send(self, events: Sequence[CallEvent]) -> None:
        self._fail("send")
        self.sent += events

    def extend_visibility(self, messages: Sequence[Message], seconds: int) -> None:
        self._fail("hold")
        time.sleep(self.hold_takes_s)
        self.order.append("hold")
        self.held.append(([message.id for message in messages], seconds))

    def retry(self, message: Message, seconds: int) -> None:
        self._fail("retry")
        self.order.append("retry")
        self.retried[message.id] = seconds

    def send_to_dead_letter_queue(self, message: Message, reason: str) -> None:
        self._fail("sent_to_dead_letter_queue")
        self.dead_letters[message.id] = reason

    def _fail(self, method: str) -> None:
        if method in self.failures:
            raise self.failures[method]


def rejected(status: int, reason: str, timestamp_ms: int | None = None) -> Rejected:
    return Rejected(status, reason, timestamp_ms)


def worker(ports: Any, queue: FakeQueue, clock: Clock) -> Worker:
    """Without access to the members of groups."""
    return Worker(ports=ports, queue=queue, groups=GroupCalls(None, queue, clock, 50), ring_ms=RING_MS)
