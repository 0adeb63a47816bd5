"""A call to a group becomes one message for each of its members, so that each is rung and retried alone."""

import asyncio
from dataclasses import dataclass, replace

from push.call_log import Journal
from push.group_members import GroupMembers, MembersRefused, MembersUnavailable
from push.queue import Queue
from push.results import Again, End, Ended, Result
from shared.call_events import CallRinging
from shared.clock import Clock
from shared.observability import count

REMEDY = "give the stack CometChatApiUrl and the REST key, or use CometChat's custom push provider"


@dataclass(frozen=True, slots=True)
class GroupCalls:
    """`members` is None where the stack has no access to CometChat's REST API."""

    members: GroupMembers | None
    queue: Queue
    clock: Clock
    limit: int

    async def spread(self, call: CallRinging, journal: Journal) -> Result:
        """One hop: a message that names its callee is never spread again. Doing it twice rings nobody twice."""
        if self.members is None:
            journal.warning("the members of the group are not known", remedy=REMEDY)
            return Ended(End.GROUP_NOT_CONFIGURED)
        try:
            members = await self.members.of(call.receiver_uid, without=call.caller_uid, limit=self.limit)
        except MembersUnavailable as problem:
            journal.warning("members not had", reason=str(problem))
            return Again(self.clock() + problem.retry_after_s * 1000)
        except MembersRefused as problem:
            journal.warning("members refused", reason=str(problem), remedy=REMEDY)
            return Ended(End.NOT_POSSIBLE, f"CometChat will not name the group's members: {problem}")
        await asyncio.to_thread(self.queue.send, [replace(call, callee_uid=uid) for uid in members.uids])
        count("GroupMembersCalled", len(members.uids))
        count("GroupMembersLeftOut", members.left_out)
        journal.step("group call spread", members=len(members.uids), left_out=members.left_out)
        return Ended(End.SPREAD)
