"""A call to a group: a message for each member, once, and never a second hop."""

import asyncio

import pytest

from push.call_log import CallLog
from push.errors import MembersRefused, MembersUnavailable, NotAllQueued
from push.group_fan_out import GroupCalls
from push.group_members import Members
from push.results import Retry, Settled
from shared.call_results import CallResult
from tests.support.push.events import TOKEN, device, ringing
from tests.support.push.fakes import FakeQueue

CALL = ringing(receiver_type="group", receiver_uid="team", conversation_id="group_team", callee_uid="")


class FakeMembers:
    def __init__(self, answer: Members | Exception) -> None:
        self.answer = answer
        self.asked: list[tuple[str, str, int]] = []

    async def fetch(self, guid: str, *, without: str, limit: int) -> Members:
        self.asked.append((guid, without, limit))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def fan_out(members: FakeMembers | None, queue: FakeQueue, clock, limit: int = 50):
    groups = GroupCalls(members, queue, clock, limit)
    return asyncio.run(groups.fan_out(CALL, CallLog(CALL, clock), until_ms=clock() + 5_000))


def test_each_member_gets_a_message_that_names_its_callee(clock, counted):
    members, queue = FakeMembers(Members(["bob", "carol"], left_out=3)), FakeQueue()

    assert fan_out(members, queue, clock, limit=2) == Settled(CallResult.FANNED_OUT)

    assert members.asked == [("team", "alice", 2)]
    assert [event.callee_uid for event in queue.sent] == ["bob", "carol"]
    assert {event.session_id for event in queue.sent} == {CALL.session_id}
    assert counted() == {"GroupMembersCalled": 2, "GroupMembersLeftOut": 3}


def test_a_message_that_names_its_callee_is_rung_and_not_fanned_out(push_function):
    push_function.devices.put(device(uid="bob"))

    assert push_function.deliver(ringing(receiver_type="group", receiver_uid="team", callee_uid="bob")) == []
    assert [push.token for push, _, _ in push_function.apns.pushes] == [TOKEN]
    assert push_function.queue.sent == []


def test_cometchats_advice_when_to_ask_again_is_followed(clock):
    queue = FakeQueue()

    assert fan_out(FakeMembers(MembersUnavailable("status 429", 15)), queue, clock) == Retry(clock() + 15_000)
    assert queue.sent == []


def test_what_cometchat_refuses_is_not_possible(clock):
    ended = fan_out(FakeMembers(MembersRefused("status 404 ERR_GUID_NOT_FOUND")), FakeQueue(), clock)

    assert isinstance(ended, Settled)
    assert ended.result is CallResult.UNDELIVERABLE
    assert "ERR_GUID_NOT_FOUND" in ended.reason


def test_without_access_to_cometchat_nobody_can_be_rung(clock):
    assert fan_out(None, FakeQueue(), clock) == Settled(CallResult.GROUP_NOT_CONFIGURED)


def test_a_queue_that_takes_some_only_has_the_call_come_back(clock):
    queue = FakeQueue(failures={"send": NotAllQueued("InternalError")})

    with pytest.raises(NotAllQueued):
        fan_out(FakeMembers(Members(["bob"], 0)), queue, clock)
