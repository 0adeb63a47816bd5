"""What surrounds the push function in the test of its rules, and what must hold there at any time."""

import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from push.apns.client import VoipPush
from push.apns.outcomes import Accepted, NotSent, Outcome, Rejected, Unknown
from push.batch import Worker
from push.delivery import MAX_PUSHES
from push.group_fan_out import GroupCalls
from push.ports import Ports
from push.queue import Message
from shared.call_events import CallEnded, CallEvent, CallRinging, to_json
from shared.call_keys import claim_key
from shared.call_results import CallResult
from shared.device_tokens import device_hash
from shared.devices import ApnsEnvironment, Device
from shared.observability import metrics
from tests.support.clocks import MovedClock
from tests.support.push.events import RING_MS
from tests.support.push.fakes import FakeCallEnds, FakeClaims, FakeClaimsOf01
from tests.support.push.scheduler import Invocation, Scheduler
from tests.support.push.watched import WatchedClaims, WatchedDevices, WatchedEnds

REMAINING_MS = 6_000
VISIBILITY_MS = 36_000
MAX_RECEIVES = 12
# For a lease to end and for the longest wait before a retry.
ENOUGH_MS = 17_000

type Fate = Literal["answered", "answer lost", "request lost", "not sent", "busy"]


@dataclass
class Queued:
    message: Message
    call: CallRinging
    visible_at_ms: int


class World:
    """The queue, the tables and APNs.

    What is wrong with a step of the function's is kept until `check`: raised at once, the function would take it for
    one of the errors that it survives.
    """

    def __init__(self, claims: FakeClaims, ends: FakeCallEnds, true_environments: dict[str, ApnsEnvironment]) -> None:
        self.clock = MovedClock()
        self.scheduler = Scheduler(self.clock)
        self.true_environments = true_environments
        self.dead_since: dict[str, int] = {}
        self.dead_until: dict[str, int] = {}
        self.queue: dict[str, Queued] = {}
        self.committed: list[CallEnded] = []
        self.calls_made: list[CallRinging] = []
        self.accepted: dict[tuple[str, str], list[tuple[VoipPush, Invocation]]] = defaultdict(list)
        self.unknown: set[int] = set()
        self.pushes: Counter[tuple[str, str]] = Counter()
        self.recorded: set[tuple[str, str]] = set()
        self.wrong: list[str] = []
        self.in_time: set[str] = set()
        self.table = claims
        self.ends = WatchedEnds(self, ends)
        self.devices = WatchedDevices(self)
        ports = Ports(
            devices=self.devices,
            claims=WatchedClaims(self, claims),
            claims_of_0_1=FakeClaimsOf01(),
            ends=self.ends,
            apns=self,
            clock=self.clock,
        )
        self._worker = Worker(ports=ports, queue=self, groups=GroupCalls(None, self, self.clock, 1), ring_ms=RING_MS)

    # What the test does

    def send(self, events: Sequence[CallEvent]) -> None:
        for event in events:
            assert isinstance(event, CallRinging)
            self.calls_made.append(event)
            name = f"m{len(self.queue)}-{self.clock()}-{event.session_id or event.message_id}"
            self.queue[name] = Queued(Message(name, name, to_json(event), 0), event, self.clock())

    def visible(self) -> list[Queued]:
        return [queued for queued in self.queue.values() if queued.visible_at_ms <= self.clock()]

    def receive(self, queued: Queued) -> None:
        message = replace(queued.message, receive_count=queued.message.receive_count + 1)
        if message.receive_count > MAX_RECEIVES:
            del self.queue[message.id]
            return
        queued.message, queued.visible_at_ms = message, self.clock() + VISIBILITY_MS
        invocation = Invocation(message, queued.call, self.clock() + REMAINING_MS + 1_000)
        self.scheduler.start(invocation, self._worker.process([message], remaining_ms=REMAINING_MS))

    def end_finished(self) -> None:
        """What Lambda does: the messages of an invocation that says nothing of them are deleted."""
        metrics.clear_metrics()
        for invocation in self.scheduler.finished():
            assert invocation.task
            if not invocation.crashed and not invocation.task.result():
                self.queue.pop(invocation.message.id, None)
                self.check_rung(invocation)

    def drain(self) -> None:
        """Nothing goes wrong from here on: every message ends, and what comes back early enough rings."""
        self.end_finished()
        self._expect_rings()
        for _ in range(5_000):
            if self.scheduler.running:
                invocation = self.scheduler.running[0]
                self.scheduler.let(invocation, invocation.waiting[0], "answered")
            elif visible := self.visible():
                self.receive(visible[0])
            elif self.queue:
                self.clock.now_ms = min(queued.visible_at_ms for queued in self.queue.values())
            else:
                break
            self.end_finished()
            self.check()
        self.check()
        assert not self.queue, "a message never ended"

    def register(self, token: str, environment: ApnsEnvironment) -> None:
        self.clock.pass_ms(1)
        if self.dead_since.pop(token, None):
            self.dead_until[token] = self.clock()
        self.devices.put(
            Device(
                uid="bob",
                token=token,
                environment=environment,
                topic="com.example.app.voip",
                registered_at_ms=self.clock(),
                expires_at_s=self.clock() // 1000 + 10**7,
            )
        )

    def kill_device(self, token: str) -> None:
        self.clock.pass_ms(1)
        self.dead_since[token] = self.clock()

    # What must hold

    def has_ended(self, call: CallRinging) -> bool:
        """In truth: something that ends this call has been committed."""
        return any(_ends(call_ended, call) for call_ended in self.committed)

    def require(self, condition: bool, what_is_wrong: str) -> None:
        if not condition:
            self.wrong.append(what_is_wrong)

    def check(self) -> None:
        """Raises AssertionError."""
        assert not self.wrong, "; ".join(self.wrong)
        registered = {token for _, token in self.devices.devices}
        assert registered >= self.true_environments.keys() - self.dead_since.keys(), "a live device was removed"

    def check_accepted(self, push: VoipPush, invocation: Invocation) -> None:
        call, key = invocation.call, (claim_key(invocation.call), push.token)
        self.require(invocation.read_ended is False, "a call that had ended when that was read was rung")
        self.require(self.clock() - invocation.ends_read_at_ms <= 500, "a call was rung by an old reading of its ends")
        self.require(self.clock() < call.initiated_at_ms + RING_MS, "a stale call was rung")
        self.require(self.clock() < invocation.lease_until_ms, "a device was rung after the end of the lease")
        on_record = (key[0], device_hash(push.token)) in self.recorded
        self.require(not on_record, "a device was rung twice, and the first time was on record")
        for former, rung_by in self.accepted[key]:
            self.require(_ids(former) == _ids(push), "a second push has other ids than the first")
            in_doubt = rung_by.crashed or id(former) in self.unknown or self.clock() > rung_by.lease_until_ms
            self.require(in_doubt, "a device was rung twice, and the first time was not in doubt")

    def check_rung(self, invocation: Invocation) -> None:
        """A message that has ended in time has rung all devices that it saw."""
        call = invocation.call
        if any(self.has_ended(each) for each in self.calls_made if claim_key(each) == claim_key(call)):
            return
        if any(phone.outcome == CallResult.UNCONFIRMED for phone in self.table.phones(call).values()):
            return
        if self.clock() >= call.initiated_at_ms + RING_MS:
            is_alive = any(self._was_alive(token, call) for token in self.true_environments)
            is_late = is_alive and invocation.message.id in self.in_time
            self.require(not is_late, "a call became stale although there was time to ring")
            return
        for token in invocation.seen:
            was_rung = bool(self.accepted[claim_key(call), token])
            self.require(was_rung or not self._was_alive(token, call), "a call ended without ringing a live device")

    def _was_alive(self, token: str, call: CallRinging) -> bool:
        """Since the call began."""
        return token not in self.dead_since and self.dead_until.get(token, 0) < call.received_at_ms

    def _expect_rings(self) -> None:
        for queued in self.queue.values():
            left_ms = queued.call.initiated_at_ms + RING_MS - max(queued.visible_at_ms, self.clock())
            if left_ms >= ENOUGH_MS and queued.message.receive_count < MAX_RECEIVES - 3:
                self.in_time.add(queued.message.id)

    # APNs, as the push function sees it

    async def prepare(self) -> None: ...

    def has_key_for(self, environment: ApnsEnvironment) -> bool:
        return True

    async def push(
        self, push: VoipPush, environment: ApnsEnvironment, *, write_within_s: float, timeout_s: float
    ) -> Outcome:
        invocation, submitted_at_ms = self.scheduler.current, self.clock()
        fate: Fate = await self.scheduler.wait("push")
        if fate == "not sent" or self.clock() - submitted_at_ms >= write_within_s * 1000:
            return NotSent("")
        key = (claim_key(invocation.call), push.token)
        self.pushes[key] += 1
        self.require(self.pushes[key] <= MAX_PUSHES, "a phone was pushed more often than allowed")
        if fate == "request lost" or self.clock() - submitted_at_ms >= timeout_s * 1000:
            return Unknown("")
        if fate == "busy":
            return Rejected(503, "ServiceUnavailable")
        if push.token in self.dead_since:
            return Rejected(410, "Unregistered", self.dead_since[push.token])
        if environment != self.true_environments[push.token]:
            return Rejected(400, "BadDeviceToken")
        self.check_accepted(push, invocation)
        self.accepted[claim_key(invocation.call), push.token].append((push, invocation))
        if fate == "answer lost":
            self.unknown.add(id(push))
            return Unknown("")
        return Accepted()

    async def new_connection(self, environment: ApnsEnvironment) -> None: ...

    async def new_provider_token(self, environment: ApnsEnvironment, *, refused: str) -> bool:
        self.require(False, "nothing is wrong with the token")
        return False

    async def read_key_again(self, environment: ApnsEnvironment, *, refused: str) -> bool:
        self.require(False, "nothing is wrong with the key")
        return False

    # The queue, as the push function sees it

    def extend_visibility(self, messages: Sequence[Message], seconds: int) -> None:
        for message in messages:
            self.retry(message, seconds)

    def retry(self, message: Message, seconds: int) -> None:
        if message.id in self.queue:
            self.queue[message.id].visible_at_ms = self.clock() + seconds * 1000

    def send_to_dead_letter_queue(self, message: Message, reason: str) -> None:
        self.require(False, f"sent to the dead-letter queue: {reason}")


def _ids(push: VoipPush) -> tuple[str, str]:
    return push.apns_id, json.loads(push.payload)["uuid"]


def _ends(call_ended: CallEnded, call: CallRinging) -> bool:
    """Where both name their session it decides; else an end is of every call of that conversation before it."""
    if call_ended.trigger == "started" and call_ended.at_ms - call.initiated_at_ms < 3_000:
        return False  # both sides connect before anybody answers
    if call_ended.session_id and call.session_id:
        return call_ended.session_id == call.session_id
    return call_ended.conversation_id == call.conversation_id and call_ended.message_id > call.message_id
