"""Calls to AWS are waited for as long as there is time."""

import asyncio
from threading import Event
from typing import Any

import pytest

from push.in_thread import in_thread
from tests.support.aws.secrets_manager import client_error


def test_what_it_returns_is_returned(clock):
    def work(*args: Any, **kwargs: Any) -> Any:
        return args, kwargs

    assert asyncio.run(in_thread(clock, clock() + 60_000, work, 1, x=2)) == ((1,), {"x": 2})


def test_what_it_raises_is_raised(clock):
    error = client_error("ThrottlingException", "Query")

    def work() -> None:
        raise error

    with pytest.raises(type(error)) as raised:
        asyncio.run(in_thread(clock, clock() + 60_000, work))
    assert raised.value is error


@pytest.mark.parametrize("left_ms", [0, -1, -60_000])
def test_nothing_begins_when_there_is_no_time_left(clock, left_ms):
    done: list[int] = []
    with pytest.raises(TimeoutError):
        asyncio.run(in_thread(clock, clock() + left_ms, done.append, 1))
    assert done == []


def test_what_hangs_is_left_alone(clock):
    """It answers in the end, when nobody waits any more."""
    answers = Event()

    async def wait() -> None:
        try:
            await in_thread(clock, clock() + 10, answers.wait, 5)
        finally:
            answers.set()

    with pytest.raises(TimeoutError):
        asyncio.run(wait())
