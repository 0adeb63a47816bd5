"""Following the functions' logs."""

import json
from typing import Any

import pytest

from ops.stack.deployed import DeployedStack
from ops.stack.logs import Tail

LIMIT = 4


class Emulator:
    """Its FilterLogEvents: whatever is not older than the start, the oldest first, and silently not all of it."""

    def __init__(self) -> None:
        self.events: dict[str, list[dict[str, Any]]] = {"/aws/lambda/app-webhook": [], "/aws/lambda/app-push": []}

    def log(self, group: str, at_ms: int, message: str, stream: str = "s") -> None:
        line = {"timestamp": "2026-11-25 07:09:12,773+0000", "message": message}
        self.events[group].append({"timestamp": at_ms, "logStreamName": stream, "message": json.dumps(line)})

    def filter_log_events(self, *, logGroupName: str, startTime: int) -> dict[str, Any]:
        found = [event for event in self.events[logGroupName] if event["timestamp"] >= startTime]
        return {"events": sorted(found, key=lambda event: event["timestamp"])[:LIMIT]}


@pytest.fixture
def emulator() -> Emulator:
    return Emulator()


def stack_with(emulator: Emulator) -> DeployedStack:
    stack = DeployedStack("app", lambda _: emulator)
    names = {
        f"{name}FunctionName": f"app-{name.lower()}" for name in ("Webhook", "Push", "Tokens", "Calls", "Authorizer")
    }
    vars(stack)["outputs"] = names
    return stack


def read(tail: Tail) -> list[str]:
    return [entry.message for entry in tail.read()]


def test_each_line_comes_once(emulator: Emulator) -> None:
    tail = Tail(stack_with(emulator), since_ms=10_000)
    emulator.log("/aws/lambda/app-webhook", 10_000, "one")
    emulator.log("/aws/lambda/app-push", 10_000, "two")

    assert read(tail) == ["one", "two"]
    assert read(tail) == []


def test_a_line_that_comes_late_is_not_missed(emulator: Emulator) -> None:
    tail = Tail(stack_with(emulator), since_ms=10_000)
    emulator.log("/aws/lambda/app-webhook", 10_500, "one")
    read(tail)

    emulator.log("/aws/lambda/app-webhook", 10_499, "late", stream="another")

    assert read(tail) == ["late"]


def test_more_than_the_emulator_gives_at_once_comes_with_the_next_reading(emulator: Emulator) -> None:
    tail = Tail(stack_with(emulator), since_ms=10_000)
    for number in range(6):
        emulator.log("/aws/lambda/app-webhook", 10_000 + 2_000 * number, str(number))

    assert read(tail) + read(tail) == ["0", "1", "2", "3", "4", "5"]


def test_what_is_not_of_our_logger_is_passed_over(emulator: Emulator) -> None:
    tail = Tail(stack_with(emulator), since_ms=10_000)
    emulator.events["/aws/lambda/app-webhook"].append(
        {"timestamp": 10_000, "logStreamName": "s", "message": "START RequestId: 1"}
    )

    assert read(tail) == []


@pytest.mark.parametrize(
    "time",
    ["2026-11-25T07:09:12.773+00:00", "2026-11-25T07:09:12.773Z", "2026-11-25 07:09:12,773+0000"],
)
def test_times_are_read_as_this_release_and_the_one_before_write_them(emulator: Emulator, time: str) -> None:
    line = json.dumps({"timestamp": time, "message": "one"})
    emulator.events["/aws/lambda/app-webhook"].append({"timestamp": 10_000, "logStreamName": "s", "message": line})

    (entry,) = Tail(stack_with(emulator), since_ms=10_000).read()
    assert entry.at_ms == 1_795_590_552_773
