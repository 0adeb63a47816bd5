"""A batch of messages, processed side by side; each is settled, or fails and is delivered again."""

import asyncio
import math
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from push.call_log import CallLog
from push.group_fan_out import GroupCalls
from push.in_thread import UNAVAILABLE, in_thread
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
        deadlines = Deadlines.of_invocation(self.ports.clock() + remaining_ms)
        visibility_s = math.ceil(remaining_ms / 1000) + VISIBILITY_MARGIN_S
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._prepare(deadlines))
            extending = tasks.create_task(self._extend_visibility(messages, visibility_s, deadlines))
            settled = [tasks.create_task(self._settle(message, deadlines, extending)) for message in messages]
        return [message.id for message, done in zip(messages, settled, strict=True) if not done.result()]

    async def _prepare(self, deadlines: Deadlines) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(self._left_s(deadlines.send_until_ms)):
                await self.ports.apns.prepare()

    async def _extend_visibility(self, messages: Sequence[Message], seconds: int, deadlines: Deadlines) -> None:
        try:
            await self._in_thread(deadlines.record_until_ms, self.queue.extend_visibility, messages, seconds)
        except UNAVAILABLE as error:
            # Then a crash costs the queue's whole visibility timeout, and nothing else is lost.
            logger.warning(LogMessage.VISIBILITY_NOT_EXTENDED, extra={"detail": describe(error)})

    async def _settle(self, message: Message, deadlines: Deadlines, extending: asyncio.Task[None]) -> bool:
        """Whether the message is done with. However it goes, it is counted once."""
        result = await self._result(message, deadlines)
        if (
            isinstance(result, Settled)
            and result.result in _TO_DEAD_LETTER_QUEUE
            and not await self._send_to_dead_letter_queue(message, result.reason, deadlines)
        ):
            result = Retry()
        if isinstance(result, Retry):
            # An extension that came after the retry would put it off.
            await extending
            await self._retry(message, result, deadlines)
            count("MessagesRetried")
            return False
        count(RESULT_METRICS[result.result])
        return True

    async def _result(self, message: Message, deadlines: Deadlines) -> MessageResult:
        try:
            event = from_json(message.body)
            if isinstance(event, CallEnded):
                return await self._remember(event, deadlines)
            return await ring_call(event, self.ports, self.groups, deadlines, ring_ms=self.ring_ms)
        except UnreadableEvent as error:
            return Settled(CallResult.UNREADABLE, str(error))
        except Exception:
            # A store out of reach, or a mistake of ours: one message must not bring down the others.
            logger.exception(LogMessage.MESSAGE_FAILED, extra={"message_id": message.id})
            return Retry()

    async def _remember(self, call_ended: CallEnded, deadlines: Deadlines) -> MessageResult:
        await self._in_thread(deadlines.record_until_ms, self.ports.ends.add, call_ended)
        CallLog(call_ended, self.ports.clock).step(LogMessage.CALL_END_NOTED, trigger=call_ended.trigger)
        return Settled(CallResult.NOTED)

    async def _retry(self, message: Message, again: Retry, deadlines: Deadlines) -> None:
        wait_s = max(message.retry_in_s(), math.ceil((again.not_before_ms - self.ports.clock()) / 1000))
        try:
            await self._in_thread(deadlines.settle_until_ms, self.queue.retry, message, wait_s)
        except UNAVAILABLE as error:
            # It comes back all the same, when its visibility timeout ends.
            logger.warning(LogMessage.RETRY_DELAY_NOT_SET, extra={"detail": describe(error)})

    async def _send_to_dead_letter_queue(self, message: Message, reason: str, deadlines: Deadlines) -> bool:
        logger.error(LogMessage.DEAD_LETTERED, extra={"message_id": message.id, "reason": reason})
        try:
            await self._in_thread(deadlines.record_until_ms, self.queue.send_to_dead_letter_queue, message, reason)
        except UNAVAILABLE as error:
            logger.error(LogMessage.NOT_DEAD_LETTERED, extra={"message_id": message.id, "detail": describe(error)})
            return False
        return True

    async def _in_thread[*Args, T](self, until_ms: int, work: Callable[[*Args], T], /, *args: *Args) -> T:
        return await in_thread(self.ports.clock, until_ms, work, *args)

    def _left_s(self, until_ms: int) -> float:
        return (until_ms - self.ports.clock()) / 1000
