"""A batch of messages, processed side by side; each is settled, or fails and is delivered again."""

import asyncio
import math
from collections.abc import Sequence
from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, ClientError

from push.call_log import CallLog
from push.group_fan_out import GroupCalls
from push.ports import Deadlines, Ports
from push.queue import Message, Queue
from push.results import MessageResult, Retry, Settled
from push.ring_call import ring_call
from shared.call_events import CallEnded, from_json
from shared.call_results import CallResult
from shared.errors import UnreadableEvent
from shared.log_messages import LogMessage
from shared.observability import count, logger
from shared.redaction import describe

# Nothing is sent any more this long before the invocation ends, so that what was sent can be recorded.
RECORDING_MS = 1_000
LEASE_MARGIN_MS = 1_000
VISIBILITY_MARGIN_S = 2

RESULT_METRICS = {
    CallResult.RUNG: "CallsRung",
    CallResult.FANNED_OUT: "CallsFannedOut",
    CallResult.ENDED: "CallsEnded",
    CallResult.UNCONFIRMED: "CallsUnconfirmed",
    CallResult.DUPLICATE: "CallsDuplicate",
    CallResult.DEAD: "CallsWithoutDevice",
    CallResult.QUARANTINED: "CallsWithoutDevice",
    CallResult.NO_DEVICE: "CallsWithoutDevice",
    CallResult.STALE: "CallsStale",
    CallResult.UNDELIVERABLE: "CallsUndeliverable",
    CallResult.GROUP_NOT_CONFIGURED: "CallsGroupNotConfigured",
    CallResult.NOTED: "CallEndsNoted",
    CallResult.UNREADABLE: "MessagesUnreadable",
}
_TO_DEAD_LETTER_QUEUE = (CallResult.UNDELIVERABLE, CallResult.UNREADABLE)


@dataclass(frozen=True, slots=True)
class Worker:
    ports: Ports
    queue: Queue
    groups: GroupCalls
    ring_ms: int

    async def process(self, messages: Sequence[Message], *, remaining_ms: int) -> list[str]:
        """Returns the ids of the messages that are to be delivered again."""
        count("MessagesReceived", len(messages))
        ends_at_ms = self.ports.clock() + remaining_ms
        deadlines = Deadlines(ends_at_ms - RECORDING_MS, ends_at_ms, ends_at_ms + LEASE_MARGIN_MS)
        visibility_s = math.ceil(remaining_ms / 1000) + VISIBILITY_MARGIN_S
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.ports.apns.prepare())
            extending = tasks.create_task(self._extend_visibility(messages, visibility_s))
            settled = [tasks.create_task(self._settle(message, deadlines, extending)) for message in messages]
        return [message.id for message, done in zip(messages, settled, strict=True) if not done.result()]

    async def _extend_visibility(self, messages: Sequence[Message], seconds: int) -> None:
        try:
            await asyncio.to_thread(self.queue.extend_visibility, messages, seconds)
        except (BotoCoreError, ClientError) as error:
            # Then a crash costs the queue's whole visibility timeout, and nothing else is lost.
            logger.warning(LogMessage.VISIBILITY_NOT_EXTENDED, extra={"detail": describe(error)})

    async def _settle(self, message: Message, deadlines: Deadlines, held: asyncio.Task[None]) -> bool:
        """Whether the message is done with. However it goes, it is counted once."""
        result = await self._result(message, deadlines)
        if (
            isinstance(result, Settled)
            and result.result in _TO_DEAD_LETTER_QUEUE
            and not await self._send_to_dead_letter_queue(message, result.reason)
        ):
            result = Retry()
        if isinstance(result, Retry):
            # A hold that came after the retry would keep the message for its own, longer time.
            await held
            await self._retry(message, result)
            count("MessagesRetried")
            return False
        count(RESULT_METRICS[result.result])
        return True

    async def _result(self, message: Message, deadlines: Deadlines) -> MessageResult:
        try:
            event = from_json(message.body)
            if isinstance(event, CallEnded):
                return await self._remember(event)
            return await ring_call(event, self.ports, self.groups, deadlines, ring_ms=self.ring_ms)
        except UnreadableEvent as error:
            return Settled(CallResult.UNREADABLE, str(error))
        except Exception:
            # A store out of reach, or a mistake of ours: one message must not bring down the others.
            logger.exception(LogMessage.MESSAGE_FAILED, extra={"message_id": message.id})
            return Retry()

    async def _remember(self, call_ended: CallEnded) -> MessageResult:
        await asyncio.to_thread(self.ports.ends.add, call_ended)
        CallLog(call_ended, self.ports.clock).step(LogMessage.CALL_END_NOTED, trigger=call_ended.trigger)
        return Settled(CallResult.NOTED)

    async def _retry(self, message: Message, again: Retry) -> None:
        wait_s = max(message.retry_in_s(), math.ceil((again.not_before_ms - self.ports.clock()) / 1000))
        try:
            await asyncio.to_thread(self.queue.retry, message, wait_s)
        except (BotoCoreError, ClientError) as error:
            # It comes back all the same, when the time for which it is held has passed.
            logger.warning(LogMessage.RETRY_DELAY_NOT_SET, extra={"detail": describe(error)})

    async def _send_to_dead_letter_queue(self, message: Message, reason: str) -> bool:
        logger.error(LogMessage.DEAD_LETTERED, extra={"message_id": message.id, "reason": reason})
        try:
            await asyncio.to_thread(self.queue.send_to_dead_letter_queue, message, reason)
        except (BotoCoreError, ClientError) as error:
            logger.error(LogMessage.NOT_DEAD_LETTERED, extra={"message_id": message.id, "detail": describe(error)})
            return False
        return True
