"""The calls queue's consumer: batches of messages, most of which the webhook would never have queued."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pytest

from push.apns.outcomes import Accepted, CannotSend, Outcome, Rejected
from push.batch import RESULT_METRICS
from push.payload import MAX_BYTES
from push.ports import Ports
from shared.call_events import CallRinging, from_json, to_json
from shared.errors import UnreadableEvent
from shared.fields import MAX_ID
from shared.uids import normalised_uid
from tests.programs.fuzz.engine import Wrong
from tests.programs.fuzz.functions import Functions
from tests.programs.fuzz.mutate import Mutator
from tests.support.clocks import NOON_MS, MovedClock
from tests.support.push.events import OTHER_TOKEN, TOKEN, call_ended, device, ringing
from tests.support.push.fakes import (
    FakeCallEnds,
    FakeClaims,
    FakeClaimsOf01,
    FakeDevices,
    FakeQueue,
    ScriptedApns,
    worker,
)

OUTCOMES: list[Outcome] = [
    Accepted(),
    Accepted(),
    Rejected(410, "Unregistered", NOON_MS),
    Rejected(400, "BadDeviceToken"),
    Rejected(400, "DeviceTokenNotForTopic"),
    Rejected(403, "Forbidden"),
    Rejected(400, "SomethingNew"),
    CannotSend("there is no APNs key"),
]


@dataclass(frozen=True, slots=True)
class Batch:
    events: tuple[Any, ...]
    """The JSON that later inputs are made of."""
    bodies: tuple[str, ...]
    receive_count: int
    outcome: Outcome


class _Inline(ThreadPoolExecutor):
    """Threads would only cost time: the fakes wait for nothing."""

    def submit[**P, T](self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        future: Future[T] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


class _Context:
    def get_remaining_time_in_millis(self) -> int:
        return 6_000


class Queue:
    name = "queue"

    def __init__(self, functions: Functions, patch: pytest.MonkeyPatch) -> None:
        self._functions = functions
        self._patch = patch
        functions.push._runner.get_loop().set_default_executor(_Inline())

    def seeds(self, mutator: Mutator) -> list[Batch]:
        events = [
            ringing(),
            ringing(session_id="", message_id=7),
            ringing(receiver_type="group", receiver_uid="team", callee_uid=""),
            ringing(receiver_type="group", receiver_uid="team", caller_avatar="", caller_name=""),
            ringing(initiated_at_ms=NOON_MS - 50_000),
            *(call_ended(trigger=trigger) for trigger in ("cancelled", "ended", "rejected", "started")),
            call_ended(session_id="", callee_uid="bob"),
        ]
        values = [json.loads(to_json(event)) for event in events]
        for value in values:
            mutator.learn(value)
        batches = [(value,) for value in values] + [(value, values[0], values[0]) for value in values]
        return [Batch(batch, tuple(map(json.dumps, batch)), 1, Accepted()) for batch in batches]

    def mutated(self, parent: Batch, mutator: Mutator) -> Batch:
        events = [mutator.changed(event) if mutator.chance(0.6) else event for event in parent.events]
        if mutator.chance(0.2):
            events = [*events, mutator.one_of(parent.events)][:10]
        elif mutator.chance(0.2):
            events = events[: mutator.random.randint(1, len(events))]
        return Batch(
            events=tuple(events),
            bodies=tuple(mutator.encoded(event).decode(errors="replace") for event in events),
            receive_count=mutator.one_of((1, 1, 2, 12, 99)),
            outcome=mutator.one_of(OUTCOMES),
        )

    def run(self, batch: Batch) -> str:
        clock = MovedClock()
        devices, queue = FakeDevices(), FakeQueue()
        devices.put(device(), device(OTHER_TOKEN, environment="sandbox"), device("c3" * 32, uid="alice"))
        apns = ScriptedApns([batch.outcome], clock)
        apns.replaced_keys = []
        ports = Ports(
            devices=devices,
            claims=FakeClaims(),
            claims_of_0_1=FakeClaimsOf01(),
            ends=FakeCallEnds(),
            apns=apns,
            clock=clock,
        )
        self._patch.setattr(self._functions.push, "_worker", worker(ports, queue, clock))
        ended = self._deliver(batch)
        # SQS delivers at least once.
        self._deliver(batch)
        self._check_pushes(batch, apns)
        return ended

    def _deliver(self, batch: Batch) -> str:
        answer = self._functions.push.handler({"Records": list(_records(batch))}, _Context())
        counted, text = self._functions.metrics()
        failed = [item["itemIdentifier"] for item in answer["batchItemFailures"]]
        if "message processing failed" in text:
            lines = [line for line in text.split("\n") if "message processing failed" in line]
            raise Wrong(f"an exception of the worker's own: {lines[0]}")
        if TOKEN in text or OTHER_TOKEN in text:
            raise Wrong("a device token was logged")
        ended = sum(counted.get(name, 0) for name in {*RESULT_METRICS.values(), "MessagesRetried"})
        if not len(batch.bodies) == counted["MessagesReceived"] == ended:
            raise Wrong(f"{len(batch.bodies)} messages, counted {counted}")
        if len(failed) != counted.get("MessagesRetried", 0) or len(set(failed)) != len(failed):
            raise Wrong(f"failed {failed}, counted {counted}")
        return "+".join(sorted(name for name in counted if name in {*RESULT_METRICS.values(), "MessagesRetried"}))

    def _check_pushes(self, batch: Batch, apns: ScriptedApns) -> None:
        """Only devices of those who are called, and with a payload that Apple takes."""
        calls = list(_calls(batch))
        owners = {TOKEN: "bob", OTHER_TOKEN: "bob", "c3" * 32: "alice"}
        pushes = Counter((push.token, push.apns_id) for push, _, _ in apns.pushes)
        if isinstance(batch.outcome, Accepted) and any(count > 1 for count in pushes.values()):
            raise Wrong("a device was rung twice for a call")
        as_from_webhook = all(_is_as_the_webhook_makes_them(call) for call in calls)
        for push, _, _ in apns.pushes:
            if owners[push.token] not in {call.callee_uid for call in calls}:
                raise Wrong("a device was rung of somebody who is not called")
            if not isinstance(json.loads(push.payload), dict) or (as_from_webhook and len(push.payload) > MAX_BYTES):
                raise Wrong("a payload that Apple would refuse")


def _calls(batch: Batch) -> Iterator[CallRinging]:
    for body in batch.bodies:
        with suppress(UnreadableEvent):
            event = from_json(body)
            if isinstance(event, CallRinging):
                yield event


def _is_as_the_webhook_makes_them(call: CallRinging) -> bool:
    """The consumer takes longer ids as well. APNs then refuses the push, and the message is a dead letter."""
    ids, uids = (call.session_id, call.conversation_id), (call.caller_uid, call.receiver_uid)
    return all(len(text) <= MAX_ID for text in ids) and all(normalised_uid(uid) == uid for uid in uids)


def _records(batch: Batch) -> Any:
    for number, body in enumerate(batch.bodies):
        yield {
            "messageId": f"m{number}",
            "receiptHandle": f"r{number}",
            "body": body,
            "attributes": {"ApproximateReceiveCount": str(batch.receive_count)},
        }
