"""What could not be rung, as make dead-letters shows it, sends it again and deletes it."""

import time

import pytest

from ops.commands.dead_letters import DeadLetters, dead_letters
from ops.errors import NoSuchDeadLetter
from ops.stack import emulated_aws
from ops.stack.description import StackDescription
from tests.support.stack.calls import deliver
from tests.support.stack.groups import group_call


def letters(stack: StackDescription) -> DeadLetters:
    return DeadLetters(
        emulated_aws.client("sqs", stack.aws_endpoint_url), stack.queues.dead_letters, stack.queues.calls
    )


@pytest.fixture(autouse=True)
def no_others(stack: StackDescription) -> None:
    dead_letters(letters(stack), again=(), purge=["all"])


def test_a_poison_message_is_shown_at_once_with_its_reason(
    stack: StackDescription, capsys: pytest.CaptureFixture[str]
) -> None:
    sqs = emulated_aws.client("sqs", stack.aws_endpoint_url)
    sqs.send_message(QueueUrl=stack.queues.calls, MessageBody='{"version": 99}')
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline and not (found := letters(stack)).all:
        found.release()
        time.sleep(0.3)
    found.release()
    capsys.readouterr()

    dead_letters(letters(stack), again=(), purge=())

    line = capsys.readouterr().out
    assert "unreadable" in line
    assert "not an event of version 1" in line


def test_chosen_ones_are_sent_again_and_purged(stack: StackDescription, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        deliver(stack, group_call(stack, "no-such-group", "alice"))
    found = letters(stack)
    found.release()
    first, second = found.all

    dead_letters(letters(stack), again=(), purge=[first.id])
    dead_letters(letters(stack), again=[second.id], purge=())

    out = capsys.readouterr().out
    assert "1 deleted" in out
    assert "1 sent to the calls queue again" in out
    assert first.reason == "CometChat will not name the group's members: status 404 ERR_GUID_NOT_FOUND"


def test_an_unknown_id_is_named_and_nothing_is_lost(stack: StackDescription) -> None:
    deliver(stack, group_call(stack, "no-such-group", "alice"))

    with pytest.raises(NoSuchDeadLetter, match="no-such-id"):
        dead_letters(letters(stack), again=["no-such-id"], purge=())

    assert len(letters(stack).all) == 1
