"""Cells about the push function: calls on the queue, phones that ring or don't."""

import secrets
import uuid
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from push.apns.http2.transport import MAX_RETURNS
from push.apns.provider_token import GRID_S
from shared.call_events import CallRinging
from tests.programs.faults.cell import Cell, Dependency, Kind, Moment
from tests.programs.faults.event_source import LAMBDA_TIMEOUT_S, Deliveries, EventSource
from tests.programs.faults.observation import Observation
from tests.programs.faults.switches import switch_on
from tests.programs.faults.world import World
from tests.support.push.events import ringing

PHONES = 2
CALLS_OF_A_BATCH = 3
# Longer than any value is kept, so that a warm environment asks again.
CACHES_EXPIRE_S = 3_700
MAX_PUSHES = 6
# To APNs, at the beginning of a fault; then one every 10 s.
DIALS = 4
MESSAGE_RESULTS = (
    "CallsRung",
    "CallsFannedOut",
    "CallsEnded",
    "CallsDuplicate",
    "CallsWithoutDevice",
    "CallsStale",
    "CallsUnconfirmed",
    "CallsUndeliverable",
    "CallsGroupNotConfigured",
    "CallEndsNoted",
    "MessagesUnreadable",
    "MessagesRetried",
)


class PushCell:
    def __init__(self, world: World, cell: Cell) -> None:
        self._world = world
        self._cell = cell
        self._phones: dict[str, list[str]] = {}
        self._end_fault: Callable[[], None] | None = None

    def run(self) -> Observation:
        world, cell = self._world, self._cell
        observation = Observation(cell.name)
        with world.function("push") as push:
            source = EventSource(world, push)
            if cell.moment is not Moment.COLD:
                self._warm_up(source)
            calls = [self._new_call() for _ in range(CALLS_OF_A_BATCH if cell.moment is Moment.MID_BATCH else 1)]
            before = world.apns.counters()["last_sequence"]
            connections = self._connections()
            self._end_fault = switch_on(world, cell, self._phones[calls[-1].session_id])
            ends_at_s = world.clock.now_s() + cell.lasts_s
            began_s = world.clock.now_s()
            source.send(*calls)
            deliveries = source.deliver(lambda: self._end_at(ends_at_s))
            ended_s = world.clock.now_s()
            world.clock.skip_to(ends_at_s)
            self._end_at(ends_at_s)
            after = world.apns.counters()["last_sequence"]
            observation.connections = self._connections() - connections
            late = self._new_call()
            source.send(late)
            late_deliveries = source.deliver()
            observation.read_log(push.printed())
        pushes = [push for push in world.apns.pushes(after=before) if push["sequence"] <= after]
        late_pushes = world.apns.pushes(after=after)
        self._judge(observation, calls, pushes, deliveries, began_s, ended_s)
        self._judge_late(observation, late, late_pushes, late_deliveries)
        return observation

    def _end_at(self, at_s: float) -> None:
        if self._end_fault and self._world.clock.now_s() >= at_s:
            self._end_fault()
            self._end_fault = None

    def _warm_up(self, source: EventSource) -> None:
        source.send(self._new_call())
        source.deliver()
        if self._cell.dependency in (Dependency.APNS_KEY, Dependency.COMETCHAT):
            self._world.clock.skip(CACHES_EXPIRE_S)

    def _new_call(self) -> CallRinging:
        world, session_id, callee = self._world, str(uuid.uuid4()), f"callee-{secrets.token_hex(6)}"
        self._phones[session_id] = [world.new_phone(callee) for _ in range(PHONES)]
        now_ms = world.clock.now_ms()
        to: dict[str, Any] = {"receiver_uid": callee, "callee_uid": callee}
        if self._cell.dependency is Dependency.COMETCHAT:
            group = f"group-of-{callee}"
            world.stubs.groups[group] = [callee, "alice"]
            to = {"receiver_uid": group, "callee_uid": "", "receiver_type": "group"}
        return ringing(session_id=session_id, conversation_id="", initiated_at_ms=now_ms, received_at_ms=now_ms, **to)

    def _connections(self) -> int:
        return self._world.apns_proxy.connections

    def _judge(
        self,
        observation: Observation,
        calls: list[CallRinging],
        pushes: list[dict[str, Any]],
        deliveries: Deliveries,
        began_s: float,
        ended_s: float,
    ) -> None:
        by_phone: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        for push in pushes:
            by_phone[push["device_token"]].append(push)
        accepted = {phone: sum(push["accepted"] for push in of_phone) for phone, of_phone in by_phone.items()}

        def is_settled(phone: str) -> bool:
            return bool(accepted.get(phone)) or self._is_unconfirmed(by_phone[phone])

        rung = [all(accepted.get(phone) for phone in self._phones[call.session_id]) for call in calls]
        observation.calls, observation.rung = len(calls), sum(rung)
        observation.pushes = max(map(len, by_phone.values()), default=0)
        observation.accepted = max(accepted.values(), default=0)
        observation.deliveries = len(deliveries.durations_s)
        observation.longest_s = round(max(deliveries.durations_s), 2)
        observation.lasted_s = round(ended_s - began_s, 1)
        problems = observation.problems
        lost = [call for call in calls if not all(map(is_settled, self._phones[call.session_id]))]
        if lost and self._must_ring():
            problems.append(f"{len(lost)} calls with time left were lost")
        if observation.pushes > self._may_be_pushed():
            problems.append(f"{observation.pushes} pushes to one phone, at most {self._may_be_pushed()} are allowed")
        if observation.accepted > self._may_be_accepted():
            problems.append(f"a phone rang {observation.accepted} times, at most {self._may_be_accepted()} are allowed")
        if observation.longest_s > LAMBDA_TIMEOUT_S:
            observation.late.append(
                f"an invocation took {observation.longest_s} s, Lambda ends it at {LAMBDA_TIMEOUT_S} s"
            )
        if observation.connections > (allowed := allowed_connections(began_s, ended_s)):
            problems.append(f"{observation.connections} connections to APNs, at most {allowed} are allowed")
        if self._must_not_wait() and deliveries.first_failed:
            # An invocation that took too long is delivered again, too.
            (observation.late if observation.late else problems).append(
                "the call was delivered again, though it could have rung at once"
            )
        if deliveries.dead_letters:
            problems.append(f"{deliveries.dead_letters} messages were received too often: dead letters")
        received = observation.counted.get("MessagesReceived", 0)
        ended = sum(observation.counted.get(name, 0) for name in MESSAGE_RESULTS)
        if received != ended:
            problems.append(f"{received} messages received, {ended} counted with a result")

    def _judge_late(
        self, observation: Observation, call: CallRinging, pushes: list[dict[str, Any]], deliveries: Deliveries
    ) -> None:
        """The fault is over: a new call rings at once, and once."""
        accepted = [push["device_token"] for push in pushes if push["accepted"]]
        wanted = self._phones[call.session_id]
        if sorted(token for token in accepted if token in wanted) != sorted(wanted):
            observation.problems.append(f"after the fault a new call rang {len(accepted)} phones of {len(wanted)}")
        if deliveries.first_failed:
            observation.problems.append("after the fault a new call did not ring in its first delivery")

    def _is_unconfirmed(self, pushes: list[dict[str, Any]]) -> bool:
        """Calls of a batch share connections: a phone may be on two that are reset, and after two there is no third."""
        cell = (self._cell.dependency, self._cell.kind, self._cell.moment)
        return cell == (Dependency.APNS_ANSWER, Kind.RESET, Moment.MID_BATCH) and len(pushes) == 2

    def _must_ring(self) -> bool:
        return self._cell.kind is not Kind.ERROR_FOR_A_MINUTE or self._must_not_wait()

    def _must_not_wait(self) -> bool:
        """Where the function has all it needs to ring."""
        cell = self._cell
        return (cell.dependency is Dependency.SQS_VISIBILITY and cell.moment is not Moment.MID_BATCH) or (
            cell.dependency is Dependency.APNS_KEY and cell.moment is Moment.WARM
        )

    def _may_be_pushed(self) -> int:
        """A stream that APNs refuses it has not looked at: each push may come back a few times."""
        is_refused = self._cell.dependency is Dependency.APNS_ANSWER and self._cell.kind is Kind.REFUSED
        return MAX_PUSHES * (1 + MAX_RETURNS) if is_refused else MAX_PUSHES

    def _may_be_accepted(self) -> int:
        """Twice only where the sender could not know that the phone rings: one resend after an unknown outcome."""
        unknown = (Kind.RESET, Kind.HANGS, Kind.STALLS, Kind.SLOW_5_S)
        about_apns = self._cell.dependency in (Dependency.APNS_ANSWER, Dependency.APNS_CONNECT)
        return 2 if about_apns and (self._cell.kind in unknown or self._cell.moment is Moment.MID_BATCH) else 1


def allowed_connections(began_s: float, ended_s: float) -> int:
    """A new provider token needs new connections, which are counted from the beginning: every 50 minutes."""
    new_tokens = int(ended_s // GRID_S - began_s // GRID_S)
    return DIALS * (1 + new_tokens) + int((ended_s - began_s) / 10)
