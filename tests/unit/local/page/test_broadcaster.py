"""Watching the stack for browsers that come and go."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any

from local.page.broadcaster import Broadcaster
from local.page.page_state import PageState
from local.page.stack_reader import Reader, Reading
from shared.call_events import CallRinging
from tests.support.stack.page_readings import a_reading, webhook_line


class SlowReader(Reader):
    """One new call in each reading; not for several threads at once."""

    def __init__(self) -> None:
        self.readings = 0
        self.fails = False
        self._busy = False

    def read(self, open_calls: Sequence[CallRinging] | Any, ringing: Any, now_ms: int) -> Reading:
        assert not self._busy
        self._busy = True
        time.sleep(0.02)
        self._busy = False
        if self.fails:
            raise OSError("no stack")
        self.readings += 1
        return a_reading(entries=[webhook_line("call queued", self.readings, session=f"s{self.readings}")])


def calls_told(page_state: PageState) -> int:
    return sum(change.event == "call" for change in page_state.everything())


def test_a_browser_that_leaves_during_a_reading_costs_the_next_one_nothing() -> None:
    reader, page_state = SlowReader(), PageState(45_000)

    async def reload_often() -> None:
        broadcaster = Broadcaster(reader, page_state)
        for _ in range(5):
            look = asyncio.create_task(broadcaster.look())
            await asyncio.sleep(0.005)
            look.cancel()
        assert await broadcaster.look()

    asyncio.run(reload_often())

    assert calls_told(page_state) == reader.readings == 6


def test_it_reads_only_while_somebody_watches() -> None:
    reader = SlowReader()

    async def watch_and_leave() -> int:
        broadcaster = Broadcaster(reader, PageState(45_000))
        watching = broadcaster.changes()
        seen = [await anext(watching) for _ in range(8)]
        await watching.aclose()
        await asyncio.sleep(0.5)
        readings = reader.readings
        await asyncio.sleep(0.5)
        assert len(seen) == 8
        return readings

    assert asyncio.run(watch_and_leave()) == reader.readings


def test_a_stack_that_can_not_be_read_is_read_again() -> None:
    reader, page_state = SlowReader(), PageState(45_000)

    async def look_twice() -> list[bool]:
        broadcaster = Broadcaster(reader, page_state)
        reader.fails = True
        first = await broadcaster.look()
        reader.fails = False
        return [first, await broadcaster.look()]

    assert asyncio.run(look_twice()) == [False, True]
    assert calls_told(page_state) == 1


def test_when_the_stack_stops_every_browser_is_let_go() -> None:
    async def close_while_watched() -> int:
        broadcaster = Broadcaster(SlowReader(), PageState(45_000))
        streams = [broadcaster.changes() for _ in range(2)]
        for stream in streams:
            await anext(stream)
        broadcaster.close()
        ended = 0
        async with asyncio.timeout(5):
            for stream in streams:
                async for _ in stream:
                    pass
                ended += 1
        return ended

    assert asyncio.run(close_while_watched()) == 2
