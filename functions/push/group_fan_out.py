"""A call to a group becomes one message for each of its members, so that each is rung and retried alone."""

import asyncio
from dataclasses import dataclass, replace

from push.call_log import CallLog
from push.errors import MembersRefused, MembersUnavailable
from push.group_members import GroupMembers
from push.in_thread import in_thread
from push.queue import Queue
from push.results import MessageResult, Retry, Settled
from shared.call_events import CallRinging
from shared.call_results import CallResult
from shared.clock import Clock
from shared.log_messages import LogMessage
from shared.observability import count

REMEDY = "give the stack CometChatApiUrl and the REST key, or use CometChat's custom push provider"


@dataclass(frozen=True, slots=True)
class GroupCalls:
    """`members` is None where the stack has no access to CometChat's REST API."""

    members: GroupMembers | None
    queue: Queue
    clock: Clock
    limit: int

    async def fan_out(self, call: CallRinging, call_log: CallLog, *, until_ms: int) -> MessageResult:
        """One hop: a message that names its callee is never spread again. Doing it twice rings nobody twice.

        Raises what SQS raises, or `TimeoutError` at `until_ms`.
        """
        if self.members is None:
            call_log.warning(LogMessage.GROUP_NOT_CONFIGURED, remedy=REMEDY)
            return Settled(CallResult.GROUP_NOT_CONFIGURED)
        try:
            async with asyncio.timeout((until_ms - self.clock()) / 1000):
                members = await self.members.fetch(call.receiver_uid, without=call.caller_uid, limit=self.limit)
        except MembersUnavailable as problem:
            call_log.warning(LogMessage.GROUP_MEMBERS_UNAVAILABLE, reason=str(problem))
            return Retry(self.clock() + problem.retry_after_s * 1000)
        except MembersRefused as problem:
            call_log.warning(LogMessage.GROUP_MEMBERS_REFUSED, reason=str(problem), remedy=REMEDY)
            return Settled(CallResult.UNDELIVERABLE, f"CometChat will not name the group's members: {problem}")
        each = [replace(call, callee_uid=uid) for uid in members.uids]
        await in_thread(self.clock, until_ms, self.queue.send, each)
        count("GroupMembersCalled", len(members.uids))
        count("GroupMembersLeftOut", members.left_out)
        call_log.step(LogMessage.GROUP_FANNED_OUT, members=len(members.uids), left_out=members.left_out)
        return Settled(CallResult.FANNED_OUT)
