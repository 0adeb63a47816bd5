"""A batch of messages, worked on side by side; each ends settled, set aside or to be delivered again."""

import asyncio
import math
from collections.abc import Sequence
from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, ClientError

from push.apns.key import ApnsKeyUnusable
from push.call_log import Journal
from push.group_fan_out import GroupCalls
from push.queue import Message, Queue
from push.results import Again, End, Ended, Result
from push.ring_call import ring
from push.ring_device import Ports, Times
from shared.call_events import CallOver, UnreadableEvent, from_json
from shared.observability import count, logger
from shared.redaction import describe

# Nothing is sent any more this long before the invocation ends, so that what was sent can be recorded.
RECORDING_MS = 1_000
LEASE_MARGIN_MS = 1_000
HOLD_MARGIN_S = 2

END_METRICS = {
    End.RUNG: "CallsRung",
    End.SPREAD: "CallsSpread",
    End.OVER: "CallsOver",
    End.DUPLICATE: "CallsDuplicate",
    End.DEAD: "CallsWithoutDevice",
    End.QUARANTINED: "CallsWithoutDevice",
    End.NO_DEVICE: "CallsWithoutDevice",
    End.STALE: "CallsStale",
    End.NOT_POSSIBLE: "CallsNotPossible",
    End.GROUP_NOT_CONFIGURED: "CallsGroupNotConfigured",
    End.NOTED: "CallEndsNoted",
    End.UNREADABLE: "MessagesUnreadable",
}
_SET_ASIDE = (End.NOT_POSSIBLE, End.UNREADABLE)


@dataclass(frozen=True, slots=True)
class Worker:
    ports: Ports
    queue: Queue
    groups: GroupCalls
    ring_ms: int

    async def process(self, messages: Sequence[Message], *, remaining_ms: int) -> list[str]:
        """Returns the ids of the messages that are to be delivered again."""
        count("MessagesReceived", len(messages))
        now_ms = self.ports.clock()
        times = Times(
            deadline_ms=now_ms + remaining_ms - RECORDING_MS, lease_until_ms=now_ms + remaining_ms + LEASE_MARGIN_MS
        )
        hold_s = math.ceil(remaining_ms / 1000) + HOLD_MARGIN_S
        async with asyncio.TaskGroup() as tasks:
            held = tasks.create_task(self._hold(messages, hold_s))
            settled = [tasks.create_task(self._settle(message, times, held)) for message in messages]
        return [message.id for message, done in zip(messages, settled, strict=True) if not done.result()]

    async def _hold(self, messages: Sequence[Message], seconds: int) -> None:
        try:
            await asyncio.to_thread(self.queue.hold, messages, seconds)
        except (BotoCoreError, ClientError) as error:
            # Then a crash costs the queue's whole visibility timeout, and nothing else is lost.
            logger.warning("messages not held", extra={"detail": describe(error)})

    async def _settle(self, message: Message, times: Times, held: asyncio.Task[None]) -> bool:
        """Whether the message is done with. However it goes, it is counted once."""
        result = await self._result(message, times)
        if isinstance(result, Ended) and result.end in _SET_ASIDE and not await self._set_aside(message, result.reason):
            result = Again()
        if isinstance(result, Again):
            # A hold that came after the retry would keep the message for its own, longer time.
            await held
            await self._retry(message, result)
            count("MessagesTriedAgain")
            return False
        count(END_METRICS[result.end])
        return True

    async def _result(self, message: Message, times: Times) -> Result:
        try:
            event = from_json(message.body)
            if isinstance(event, CallOver):
                return await self._remember(event)
            return await ring(event, self.ports, self.groups, times, ring_ms=self.ring_ms)
        except UnreadableEvent as error:
            return Ended(End.UNREADABLE, str(error))
        except ApnsKeyUnusable as error:
            count("ApnsConfigurationErrors")
            return Ended(End.NOT_POSSIBLE, str(error))
        except Exception:
            # A store out of reach, or a mistake of ours: one message must not bring down the others.
            logger.exception("call not worked on", extra={"message_id": message.id})
            return Again()

    async def _remember(self, over: CallOver) -> Result:
        await asyncio.to_thread(self.ports.calls.add_fact, over)
        Journal(over, self.ports.clock).step("end of call noted", trigger=over.trigger)
        return Ended(End.NOTED)

    async def _retry(self, message: Message, again: Again) -> None:
        wait_s = max(message.retry_in_s(), math.ceil((again.not_before_ms - self.ports.clock()) / 1000))
        try:
            await asyncio.to_thread(self.queue.retry, message, wait_s)
        except (BotoCoreError, ClientError) as error:
            # It comes back all the same, when the time for which it is held has passed.
            logger.warning("retry not hastened", extra={"detail": describe(error)})

    async def _set_aside(self, message: Message, reason: str) -> bool:
        logger.error("message set aside", extra={"message_id": message.id, "reason": reason})
        try:
            await asyncio.to_thread(self.queue.set_aside, message, reason)
        except (BotoCoreError, ClientError) as error:
            logger.error("message not set aside", extra={"message_id": message.id, "detail": describe(error)})
            return False
        return True
